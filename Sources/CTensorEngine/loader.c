#define _GNU_SOURCE
#include "gud_tensor_engine.h"

#include <dlfcn.h>
#include <stdio.h>

const gud_tensor_engine *gud_engine_open(const char *path, char *reason, size_t reason_size) {
  // LibTorch brings a BLAS of its own under the same symbol names as the one this program links. RTLD_DEEPBIND makes each
  // use its own; RTLD_LOCAL keeps LibTorch's symbols away from everybody else.
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND | RTLD_NODELETE);
  if (library == NULL) {
    snprintf(reason, reason_size, "%s", dlerror());
    return NULL;
  }
  gud_engine_entry entry = (gud_engine_entry)dlsym(library, GUD_ENGINE_ENTRY);
  if (entry == NULL) {
    snprintf(reason, reason_size, "it has no symbol '%s'", GUD_ENGINE_ENTRY);
    return NULL;
  }
  const gud_tensor_engine *table = entry();
  if (table == NULL || table->abi_version != GUD_ENGINE_ABI_VERSION || table->struct_size != sizeof *table) {
    snprintf(reason, reason_size, "it was built for engine ABI %u (%u bytes), this program wants %u (%u bytes)",
             table ? table->abi_version : 0, table ? table->struct_size : 0, GUD_ENGINE_ABI_VERSION,
             (unsigned)sizeof *table);
    return NULL;
  }
  return table;
}
