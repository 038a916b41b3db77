// What glibc has and the Glibc module lacks: variadic functions and what stands behind _GNU_SOURCE. Nothing else belongs here.
//
// _GNU_SOURCE itself must not be set: under it fd_set and others have different members than in the Glibc module, and Swift then refuses
// to see both. The few functions behind it are declared by hand, as their manual pages do.
#ifndef LEGWORK_CLINUX_SHIM_H
#define LEGWORK_CLINUX_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
extern int pipe2(int ends[2], int flags);
extern int pthread_setname_np(pthread_t thread, const char *name);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int lowest);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

enum { clinux_spawn_new_session = 0x80 };

struct clinux_credentials {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

static inline char **clinux_environment(void) { return environ; }

static inline int clinux_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

static inline int clinux_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

static inline int clinux_name_process(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

static inline size_t clinux_allocated_bytes(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static inline int clinux_accept(int descriptor, struct sockaddr *address, socklen_t *length) {
    return accept4(descriptor, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static inline int clinux_pipe(int ends[2], int nonblocking) { return pipe2(ends, O_CLOEXEC | (nonblocking ? O_NONBLOCK : 0)); }

static inline int clinux_peer(int descriptor, pid_t *pid, uid_t *uid, gid_t *gid) {
    struct clinux_credentials credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
    *pid = credentials.pid;
    *uid = credentials.uid;
    *gid = credentials.gid;
    return 0;
}

// glibc has pidfd_open only from 2.36 on; the system call is older.
static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static inline int clinux_pidfd_send_signal(int pidfd, int number) { return (int)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0); }

// P_PIDFD is 3 in the kernel's interface; the fields of siginfo_t are macros, which Swift does not see.
static inline int clinux_wait(int is_pidfd, id_t id, int *finished, int *code, int *status) {
    siginfo_t info;
    info.si_pid = 0;
    int result;
    do {
        result = waitid(is_pidfd ? (idtype_t)3 : P_PID, id, &info, WEXITED | WNOHANG);
    } while (result != 0 && errno == EINTR);
    if (result != 0) return -1;
    *finished = info.si_pid != 0;
    *code = info.si_code;
    *status = info.si_status;
    return 0;
}

static inline int clinux_add_closefrom(posix_spawn_file_actions_t *actions, int lowest) {
    return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}

static inline int clinux_add_chdir(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

static inline short clinux_spawn_flags(int new_session) {
    return (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (new_session ? clinux_spawn_new_session : 0));
}

static inline int clinux_duplicate_above(int descriptor, int lowest) { return fcntl(descriptor, F_DUPFD_CLOEXEC, lowest); }

static inline int clinux_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

#endif
