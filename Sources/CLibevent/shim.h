// First, because libevent's configuration header sets _GNU_SOURCE, under which fd_set has other member names than in the Glibc module.
#include <sys/select.h>
#include <sys/time.h>
#include <sys/types.h>

#include <event2/event.h>
#include <event2/thread.h>
