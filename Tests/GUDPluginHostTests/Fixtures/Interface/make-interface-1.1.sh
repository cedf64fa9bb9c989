#!/bin/sh
# Writes a synthetic version 1.1 of the plugin interface: make-interface-1.1.sh gud_plugin.h > elsewhere/gud_plugin.h
# The host gains a function, tables, infos, calls and components gain a field, and there is a fifth kind. Fails where the header
# no longer has a place that it looks for.
set -eu
awk '
/^#define GUD_ABI_MINOR 0$/ { print "#define GUD_ABI_MINOR 1"; changes++; next }
/^#define GUD_KIND_CONDITIONER 4u$/ { print; print "#define GUD_KIND_SAMPLER 5u"; changes++; next }
/^} gud_host;$/ { print "    int32_t (*answer)(void *context);"; changes++ }
/^} gud_basis_table;$/ {
    print "    gud_status (*cost)(void *object, double *operations, gud_error *error);"
    changes++
}
/^} gud_basis_info;$/ { print "    uint64_t workspace;"; changes++ }
/^} gud_denoiser_call;$/ { print "    const float *strengths;"; changes++ }
/^} gud_component;$/ { print "    const char *homepage;"; changes++ }
/^\/\* ---- Components and plugins / {
    print "typedef GUD_STRUCT(gud_sampler_table) {"
    print "    uint32_t struct_size;"
    print "    uint32_t reserved;"
    print "    gud_status (*step)(void *object, double time, gud_error *error);"
    print "} gud_sampler_table;"
    print ""
    changes++
}
{ print }
END { if (changes != 8) { print "make-interface-1.1.sh made " changes " of its 8 changes" > "/dev/stderr"; exit 1 } }
' "$1"
