/// The images of bench/images.
#pragma once

#include "base/reader.h"
#include <sumac/geometry.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace sumac::bench {

inline constexpr std::array<const char*, 3> contents{"desktop", "text", "photo"};

struct Encoded {
    Size size;
    std::vector<std::byte> data;
};

/// In the order of `contents`; empty if the file is missing or damaged.
inline std::vector<Encoded> read_images(const std::string& codec) {
    std::ifstream file{SUMAC_BENCH_IMAGES "/" + codec, std::ios::binary};
    const std::vector<char> content{std::istreambuf_iterator<char>{file}, {}};
    Reader r{std::as_bytes(std::span{content})};
    std::vector<Encoded> images;
    while (r.left() > 0) {
        Encoded image;
        r.skip(1); // type
        image.size.width = r.u16();
        image.size.height = r.u16();
        r.skip(8); // hash
        const Bytes data = r.bytes(r.u32());
        image.data.assign(data.begin(), data.end());
        images.push_back(std::move(image));
    }
    return r.failed() || images.size() != contents.size() ? std::vector<Encoded>{} : images;
}

inline std::int64_t output_bytes(Size size) {
    return 4 * std::int64_t{size.width} * size.height;
}

} // namespace sumac::bench
