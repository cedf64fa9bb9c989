/* What the interface takes for granted; its exact layout is pinned by a golden file in the tests. */
#include "gud_plugin.h"

#define EXPECT(condition) _Static_assert(condition, #condition)
EXPECT(sizeof(void *) == 8 && sizeof(size_t) == 8 && sizeof(float) == 4 && sizeof(double) == 8);
EXPECT(sizeof(gud_error) == 512);
EXPECT(sizeof(gud_array) == 56);
