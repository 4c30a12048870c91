// u16 width, u16 height (the low 9 bits of each), u16 size of an LZ image with alpha (0: none),
// that image, then the JPEG.
#include "base/check.h"
#include "image/jpeg.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sumac;
    Reader r{std::as_bytes(std::span{data, size})};
    const Size expected{r.u16() & 511, r.u16() & 511};
    const Bytes alpha = r.bytes(r.u16());
    const auto pixels = alpha.empty() ? image::decode_jpeg(r.rest(), expected)
                                      : image::decode_jpeg_alpha(r.rest(), alpha, expected);
    CHECK(!pixels || pixels->size() == expected);
    return 0;
}
