// Nothing of hiredis needs help to be seen from Swift: commands are formatted there, so that none of its variadics is called.
#include <hiredis/hiredis.h>
