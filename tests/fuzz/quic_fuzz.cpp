// u16 width, u16 height (the low 9 bits of each), then the image's data.
#include "base/check.h"
#include "image/quic.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sumac::Reader r{std::as_bytes(std::span{data, size})};
    const sumac::Size expected{r.u16() & 511, r.u16() & 511};
    const auto pixels = sumac::image::decode_quic(r.rest(), expected);
    CHECK(!pixels || pixels->size() == expected);
    return 0;
}
