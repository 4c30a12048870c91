/// libcubeb, loaded when a device is first opened: with the thirty libraries that it needs itself
/// (PulseAudio, JACK, ALSA, ...) it takes 3 to 4 MB, and many sessions are never heard. For this
/// folder's sources only.
#pragma once

#include <cubeb/cubeb.h>

namespace sumac::audio {

/// Its functions that we call, without their prefix.
struct Libcubeb {
    decltype(&::cubeb_init) init;
    decltype(&::cubeb_destroy) destroy;
    decltype(&::cubeb_get_backend_id) get_backend_id;
    decltype(&::cubeb_get_min_latency) get_min_latency;
    decltype(&::cubeb_stream_init) stream_init;
    decltype(&::cubeb_stream_start) stream_start;
    decltype(&::cubeb_stream_stop) stream_stop;
    decltype(&::cubeb_stream_destroy) stream_destroy;
    decltype(&::cubeb_stream_get_position) stream_get_position;

    /// Null: this machine has none. Blocks while it is loaded; thread-safe. It stays loaded.
    static const Libcubeb* load();
};

} // namespace sumac::audio
