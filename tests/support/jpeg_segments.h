// The segments of a JPEG.
#pragma once

#include <cstddef>
#include <vector>

namespace sumac::video {

/// What the server sends after the first frame: the same file without its DHT segments (marker FF
/// C4).
inline std::vector<std::byte> without_huffman_tables(const std::vector<std::byte>& jpeg) {
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(jpeg[i]); };
    std::vector<std::byte> kept{jpeg.begin(), jpeg.begin() + 2};
    std::size_t i = 2;
    while (at(i + 1) != 0xda) {
        const std::size_t length = 2 + (at(i + 2) << 8 | at(i + 3));
        const auto begin = jpeg.begin() + static_cast<std::ptrdiff_t>(i);
        if (at(i + 1) != 0xc4)
            kept.insert(kept.end(), begin, begin + static_cast<std::ptrdiff_t>(length));
        i += length;
    }
    kept.insert(kept.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(i), jpeg.end());
    return kept;
}

} // namespace sumac::video
