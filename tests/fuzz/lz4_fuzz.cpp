// u16 width, u16 height, then the image's data.
#include "image/lz4.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sumac::Reader r{std::as_bytes(std::span{data, size})};
    const sumac::Size expected{r.u16(), r.u16()};
    const auto pixels = sumac::image::decode_lz4(r.rest(), expected);
    if (pixels && pixels->size() != expected) std::abort();
    return 0;
}
