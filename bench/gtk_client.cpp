// A client on spice-gtk's library that does what `sumac probe` does, for bench/sessions to compare
// with: has everything decoded and drawn on the surface, and looks at nothing.
//
// usage: gtk_client URI       runs until SIGTERM, then prints how often something was drawn, as
// JSON

#include <cstdio>

#include <glib-unix.h>
#include <spice-client.h>

namespace {

struct Counts {
    unsigned long drawn = 0;  ///< calls of display-invalidate, which follow each drawing
    unsigned long pixels = 0; ///< of them, in millions at the end
};

void on_drawn(
    SpiceChannel* /*channel*/, int /*x*/, int /*y*/, int width, int height, Counts* counts) {
    ++counts->drawn;
    counts->pixels += static_cast<unsigned long>(width) * static_cast<unsigned long>(height);
}

void on_channel(SpiceSession* /*session*/, SpiceChannel* channel, Counts* counts) {
    if (!SPICE_IS_DISPLAY_CHANNEL(channel)) return;
    g_signal_connect(channel, "display-invalidate", G_CALLBACK(on_drawn), counts);
    spice_channel_connect(channel);
}

gboolean on_signal(void* loop) {
    g_main_loop_quit(static_cast<GMainLoop*>(loop));
    return G_SOURCE_REMOVE;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: gtk_client URI\n");
        return 2;
    }
    Counts counts;
    SpiceSession* const session = spice_session_new();
    g_object_set(session, "uri", argv[1], nullptr);
    g_signal_connect(session, "channel-new", G_CALLBACK(on_channel), &counts);
    GMainLoop* const loop = g_main_loop_new(nullptr, FALSE);
    g_unix_signal_add(SIGTERM, on_signal, loop);
    if (!spice_session_connect(session)) return 1;
    g_main_loop_run(loop);
    std::printf("{\"drawn\": %lu, \"megapixels\": %lu}\n", counts.drawn, counts.pixels / 1'000'000);
    spice_session_disconnect(session);
}
