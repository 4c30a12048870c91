// u8 what to expect, u16 width, u16 height (the low 9 bits of each), then the image's data.
#include "base/check.h"
#include "image/lz.h"

#include <array>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sumac;
    Reader r{std::as_bytes(std::span{data, size})};
    const std::uint8_t what = r.u8();
    const Size expected{r.u16() & 511, r.u16() & 511};
    const Bytes image = r.rest();
    constexpr std::array<std::uint32_t, 4> palette{0, 0xFF, 0xFF00, 0xFF0000};
    const auto entries =
        what % 4 == 1 ? image::PaletteEntries::rgb888 : image::PaletteEntries::rgb555;
    const auto pixels = what % 4 == 0 ? image::decode_lz_rgb(image, expected)
                        : what % 4 == 3
                            ? image::decode_lz_alpha(image, expected)
                            : image::decode_lz_palette(image, expected, palette, entries);
    CHECK(!pixels || pixels->size() == expected);
    return 0;
}
