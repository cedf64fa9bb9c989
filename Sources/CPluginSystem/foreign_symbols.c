#define _GNU_SOURCE
#include "foreign_symbols.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdint.h>

static int is_function(const ElfW(Sym) *symbol) {
    int type = ELF64_ST_TYPE(symbol->st_info);
    return type == STT_FUNC || type == STT_GNU_IFUNC;
}

int gud_symbol_is_function(const void *address) {
    Dl_info info;
    const ElfW(Sym) *symbol = NULL;
    if (dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL) return -1;
    return is_function(symbol);
}

/* A GNU hash table does not say how many symbols there are: the end of the longest chain does. */
static uint32_t count_of_gnu_hash(const uint32_t *table) {
    uint32_t buckets = table[0], first = table[1], words = table[2], last = 0;
    const uint32_t *bucket = (const uint32_t *)((const ElfW(Addr) *)(table + 4) + words);
    const uint32_t *chain = bucket + buckets;
    for (uint32_t index = 0; index < buckets; index++)
        if (bucket[index] > last) last = bucket[index];
    if (last < first) return 0;
    while ((chain[last - first] & 1) == 0) last++;
    return last + 1;
}

int gud_visit_functions(void *library, void (*visit)(const char *, void *), void *context) {
    struct link_map *map = NULL;
    if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || map == NULL || map->l_ld == NULL) return -1;
    const ElfW(Sym) *symbols = NULL;
    const char *names = NULL;
    uint32_t count = 0;
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        /* glibc has already turned these into addresses. */
        if (entry->d_tag == DT_SYMTAB) symbols = (const ElfW(Sym) *)entry->d_un.d_ptr;
        if (entry->d_tag == DT_STRTAB) names = (const char *)entry->d_un.d_ptr;
        if (entry->d_tag == DT_HASH) count = ((const uint32_t *)entry->d_un.d_ptr)[1];
        if (entry->d_tag == DT_GNU_HASH && count == 0) count = count_of_gnu_hash((const uint32_t *)entry->d_un.d_ptr);
    }
    if (symbols == NULL || names == NULL) return -1;
    for (uint32_t index = 0; index < count; index++)
        if (symbols[index].st_shndx != SHN_UNDEF && is_function(&symbols[index]))
            visit(names + symbols[index].st_name, context);
    return 0;
}

const char *gud_library_path(void *library) {
    struct link_map *map = NULL;
    return dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 && map != NULL ? map->l_name : NULL;
}
