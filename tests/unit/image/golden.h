/// The encoded images of golden/ (its README.md says what they are), and ways to damage them.
#pragma once

#include "base/reader.h"
#include "image_builders.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace sumac::image {

struct GoldenImage {
    std::uint8_t type = 0;
    Size size;
    std::uint64_t hash = 0;
    ByteVector data;
};

/// FNV-1a over these bits of all pixels as 32-bit values, top row first.
inline std::uint64_t hash_of(const Pixels& pixels, std::uint32_t bits = 0xFFFFFFFF) {
    std::uint64_t hash = 14695981039346656037U;
    for (const std::uint32_t value : values(pixels)) {
        for (unsigned shift = 0; shift < 32; shift += 8)
            hash = (hash ^ ((value & bits) >> shift & 0xFFU)) * 1099511628211U;
    }
    return hash;
}

/// Empty if the file is missing or damaged.
inline std::vector<GoldenImage> golden_images(const std::string& name) {
    std::ifstream file{std::filesystem::path{__FILE__}.parent_path() / "golden" / name,
                       std::ios::binary};
    const std::vector<char> content{std::istreambuf_iterator<char>{file}, {}};
    Reader r{std::as_bytes(std::span{content})};
    std::vector<GoldenImage> images;
    while (r.left() > 0) {
        GoldenImage image;
        image.type = r.u8();
        image.size.width = r.u16();
        image.size.height = r.u16();
        image.hash = r.u64();
        const Bytes data = r.bytes(r.u32());
        image.data.assign(data.begin(), data.end());
        images.push_back(std::move(image));
    }
    return r.failed() ? std::vector<GoldenImage>{} : images;
}

/// What the LZ images with palettes were encoded with.
inline std::vector<std::uint32_t> golden_palette() {
    std::vector<std::uint32_t> entries;
    for (std::uint32_t i = 0; i < 256; ++i)
        entries.push_back(i * 2654435761U & 0x00FFFFFFU);
    return entries;
}

inline ByteVector with_bit_flipped(ByteVector data, std::size_t bit) {
    data[bit / 8] ^= std::byte{1} << (bit % 8);
    return data;
}

/// Calls decode(data) with each truncation, and with each bit flipped. What it returns must be an
/// error or a picture of `size`; sanitizers see the rest.
template <class Decode>
::testing::AssertionResult survives_damage(const GoldenImage& image, Decode decode) {
    const auto sound = [&](const Result<Pixels>& result) {
        return !result || result->size() == image.size;
    };
    for (std::size_t size = 0; size < image.data.size(); ++size) {
        // A copy of its own, so that a read behind it is seen.
        const ByteVector cut(image.data.begin(),
                             image.data.begin() + static_cast<std::ptrdiff_t>(size));
        if (!sound(decode(cut))) return ::testing::AssertionFailure() << "cut at " << size;
    }
    for (std::size_t bit = 0; bit < 8 * image.data.size(); ++bit) {
        if (!sound(decode(with_bit_flipped(image.data, bit))))
            return ::testing::AssertionFailure() << "bit " << bit;
    }
    return ::testing::AssertionSuccess();
}

} // namespace sumac::image
