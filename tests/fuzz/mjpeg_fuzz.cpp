// The path from a STREAM_DATA's bytes to a picture. Each input is one frame.
#include "video/mjpeg.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sumac::video::MjpegDecoder decoder;
    const auto picture = decoder.decode(std::as_bytes(std::span{data, size}), {1024, 1024});
    if (picture &&
        (*picture)->pixels.size() != static_cast<std::size_t>((*picture)->size.width) *
                                         static_cast<std::size_t>((*picture)->size.height) * 4) {
        __builtin_trap();
    }
    return 0;
}
