// Images of one window, until the input ends: u8 (odd: inside zlib), u16 width, u16 height (the low
// 9 bits of each), u16 size, that many bytes.
#include "base/check.h"
#include "image/glz.h"
#include "image/zlib_glz.h"

#include <cstdint>

namespace {

constexpr std::size_t limit_bytes = std::size_t{4} << 20U;
/// What a zlib image claims to hold: more than a fuzzer's input.
constexpr std::size_t claimed_bytes = 4096;

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sumac;
    Reader r{std::as_bytes(std::span{data, size})};
    image::GlzWindow window{limit_bytes};
    while (r.left() > 0) {
        const bool packed = (r.u8() & 1U) != 0;
        const Size expected{r.u16() & 511, r.u16() & 511};
        Bytes glz = r.bytes(r.u16());
        const auto inflated = image::inflate_glz(glz, std::min(claimed_bytes, 1032 * glz.size()));
        if (packed && !inflated) continue;
        if (packed) glz = inflated->bytes();
        const auto picture = image::decode_through_window(glz, expected, window);
        if (picture && std::holds_alternative<image::PixelsPtr>(*picture))
            CHECK(std::get<image::PixelsPtr>(*picture)->size() == expected);
        CHECK(window.size_bytes() <= limit_bytes);
    }
    return 0;
}
