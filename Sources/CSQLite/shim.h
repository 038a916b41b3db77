// What the sqlite3 header has as variadics and macros. Nothing else belongs here.
#include <sqlite3.h>

static inline sqlite3_destructor_type legwork_sqlite_transient(void) { return SQLITE_TRANSIENT; }

// With the flag on, closing the last connection leaves the database file as it is.
static inline int legwork_sqlite_checkpoint_on_close(sqlite3 *database, int enabled) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, enabled ? 0 : 1, (int *)0);
}

static inline int legwork_sqlite_disable_memory_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
