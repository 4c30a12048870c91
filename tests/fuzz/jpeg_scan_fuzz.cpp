// Our own reading of a JPEG's scan. Each input is one file: what is not left to libjpeg must come
// out as libjpeg reads it.
#include "base/check.h"
#include "jpeg_planes.h"

#include <cstdint>

using namespace sumac;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t most_samples = 256 * 256;
    static video::BaselineScan scan; // what one file leaves behind, the next may meet
    video::JpegPlanesReader reader{std::as_bytes(std::span{data, size})};
    const video::JpegPlanes* const ours = reader.ours(scan, most_samples);
    if (ours == nullptr) return 0;
    const video::JpegPlanes* const libjpegs = reader.libjpegs();
    CHECK(libjpegs != nullptr && *ours == *libjpegs);
    return 0;
}
