#include "video/libavcodec.h"

#include <dlfcn.h>

#include <optional>
#include <string>

namespace sumac::video {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

std::optional<Libavcodec> open() {
    const std::string name = "libavcodec.so." + std::to_string(LIBAVCODEC_VERSION_MAJOR);
    void* const library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return std::nullopt;
    Libavcodec found{};
    const bool whole = find(library, "avcodec_align_dimensions2", found.align_dimensions2) &&
                       find(library, "avcodec_alloc_context3", found.alloc_context3) &&
                       find(library, "avcodec_default_get_buffer2", found.default_get_buffer2) &&
                       find(library, "avcodec_find_decoder", found.find_decoder) &&
                       find(library, "avcodec_free_context", found.free_context) &&
                       find(library, "avcodec_open2", found.open2) &&
                       find(library, "avcodec_receive_frame", found.receive_frame) &&
                       find(library, "avcodec_send_packet", found.send_packet) &&
                       find(library, "av_packet_alloc", found.packet_alloc) &&
                       find(library, "av_packet_free", found.packet_free) &&
                       find(library, "av_packet_unref", found.packet_unref);
    return whole ? std::optional{found} : std::nullopt;
}

} // namespace

const Libavcodec* Libavcodec::load() {
    static const std::optional<Libavcodec> loaded = open();
    return loaded ? &*loaded : nullptr;
}

} // namespace sumac::video
