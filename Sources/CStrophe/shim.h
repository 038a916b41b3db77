// libstrophe, a client of XMPP.
#include <strophe.h>
