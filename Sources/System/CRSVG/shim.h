#pragma once
#include <cairo.h>
#include <glib-object.h>

/* From librsvg/rsvg.h (2.46 and later), which would bring in the headers of GIO and GdkPixbuf, and with them a flag of pkg-config
   that the package manager warns of at every build. */
typedef struct _RsvgHandle RsvgHandle;
typedef struct {
    double x;
    double y;
    double width;
    double height;
} RsvgRectangle;
RsvgHandle *rsvg_handle_new_from_data(const guint8 *data, gsize count, GError **error);
gboolean rsvg_handle_render_document(RsvgHandle *handle, cairo_t *context, const RsvgRectangle *viewport, GError **error);

/* g_object_unref takes an untyped pointer; this says what is released. */
static inline void gud_rsvg_release(RsvgHandle *handle) { g_object_unref(handle); }
