#include "libav.h"

#include <dlfcn.h>
#include <fmt/core.h>

namespace sumac::tool {

namespace {

void* open_library(const char* name, int version) {
    return dlopen(fmt::format("{}.so.{}", name, version).c_str(), RTLD_NOW | RTLD_LOCAL);
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

bool find_all(Libav& found) {
    // Both, though a PNG needs one only: FFmpeg comes as a whole.
    void* const codecs = open_library("libavcodec", LIBAVCODEC_VERSION_MAJOR);
    void* const formats = open_library("libavformat", LIBAVFORMAT_VERSION_MAJOR);
    if (codecs == nullptr || formats == nullptr) return false;
    return find(codecs, "av_packet_alloc", found.av_packet_alloc) &&
           find(codecs, "av_packet_free", found.av_packet_free) &&
           find(codecs, "av_packet_move_ref", found.av_packet_move_ref) &&
           find(codecs, "av_packet_rescale_ts", found.av_packet_rescale_ts) &&
           find(codecs, "av_packet_unref", found.av_packet_unref) &&
           find(codecs, "avcodec_alloc_context3", found.avcodec_alloc_context3) &&
           find(codecs, "avcodec_find_encoder", found.avcodec_find_encoder) &&
           find(codecs, "avcodec_find_encoder_by_name", found.avcodec_find_encoder_by_name) &&
           find(codecs, "avcodec_free_context", found.avcodec_free_context) &&
           find(codecs, "avcodec_open2", found.avcodec_open2) &&
           find(codecs, "avcodec_parameters_from_context", found.avcodec_parameters_from_context) &&
           find(codecs, "avcodec_receive_packet", found.avcodec_receive_packet) &&
           find(codecs, "avcodec_send_frame", found.avcodec_send_frame) &&
           find(formats, "av_write_frame", found.av_write_frame) &&
           find(formats, "av_write_trailer", found.av_write_trailer) &&
           find(formats, "avformat_alloc_output_context2", found.avformat_alloc_output_context2) &&
           find(formats, "avformat_free_context", found.avformat_free_context) &&
           find(formats, "avformat_new_stream", found.avformat_new_stream) &&
           find(formats, "avformat_write_header", found.avformat_write_header) &&
           find(formats, "avio_closep", found.avio_closep) &&
           find(formats, "avio_open", found.avio_open) &&
           find(formats, "avio_seek", found.avio_seek);
}

struct Loaded {
    Libav functions{};
    bool whole = find_all(functions);
};

const Loaded& loaded() {
    static const Loaded loaded;
    return loaded;
}

} // namespace

Result<Done, Failure> load_libav() {
    if (loaded().whole) return Done{};
    return Failure{ErrorCode::system,
                   fmt::format("cannot load FFmpeg's libavcodec.so.{} and libavformat.so.{}",
                               LIBAVCODEC_VERSION_MAJOR,
                               LIBAVFORMAT_VERSION_MAJOR),
                   "install the version of FFmpeg that sumac was built for"};
}

const Libav& libav() {
    return loaded().functions;
}

} // namespace sumac::tool
