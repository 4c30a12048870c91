#include "audio/libcubeb.h"

#include <dlfcn.h>

#include <optional>

namespace sumac::audio {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

std::optional<Libcubeb> open() {
    void* const library = dlopen("libcubeb.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return std::nullopt;
    Libcubeb found{};
    const bool whole = find(library, "cubeb_init", found.init) &&
                       find(library, "cubeb_destroy", found.destroy) &&
                       find(library, "cubeb_get_backend_id", found.get_backend_id) &&
                       find(library, "cubeb_get_min_latency", found.get_min_latency) &&
                       find(library, "cubeb_stream_init", found.stream_init) &&
                       find(library, "cubeb_stream_start", found.stream_start) &&
                       find(library, "cubeb_stream_stop", found.stream_stop) &&
                       find(library, "cubeb_stream_destroy", found.stream_destroy) &&
                       find(library, "cubeb_stream_get_position", found.stream_get_position);
    return whole ? std::optional{found} : std::nullopt;
}

} // namespace

const Libcubeb* Libcubeb::load() {
    static const std::optional<Libcubeb> loaded = open();
    return loaded ? &*loaded : nullptr;
}

} // namespace sumac::audio
