/// The pixmap cache of a session, shared by its display channels.
///
/// The server decides what stays: it accounts width * height pixels per image against the size that
/// DISPLAY_INIT announced and invalidates the rest. The cache itself never evicts; its limit only
/// stops a server that does not keep to its own accounting. One thread (draw).
#pragma once

#include "base/ids.h"
#include "image/glz_window.h"
#include "image/pixels.h"

#include <string_view>
#include <unordered_map>

namespace sumac::image {

/// To announce in DISPLAY_INIT: 80 MiB of 32-bit pixels.
inline constexpr std::int64_t pixmap_cache_size_pixels = 20'971'520;

/// Twice what was announced: images of one channel may arrive before another channel brings the
/// invalidation that makes room for them.
inline constexpr std::size_t pixmap_cache_limit_bytes =
    2 * 4 * std::size_t{pixmap_cache_size_pixels};

/// Charged for each image besides its pixels, so that many tiny ones count too.
inline constexpr std::size_t pixmap_cache_entry_bytes = 256;

class ImageCache {
public:
    struct Entry {
        PixelsPtr pixels;                   ///< null: the image came, but could not be decoded
        std::string_view undecoded_because; ///< a literal: codec, or "damaged"; set if null
    };

    explicit ImageCache(std::size_t limit_bytes = pixmap_cache_limit_bytes)
        : limit_bytes_(limit_bytes) {}

    /// CACHE_ME and CACHE_REPLACE_ME. Replaces an image of the same id. Error: limit; then the id
    /// is absent.
    Result<Done> store(ImageId id, PixelsPtr pixels);
    /// Remembers that the image came, so that nobody waits for it for ever.
    Result<Done> store_undecoded(ImageId id, std::string_view because);

    /// Null if absent. Valid until the next change of the cache.
    const Entry* find(ImageId id) const;

    /// INVAL_LIST, one entry; an unknown id is normal.
    void invalidate(ImageId id);
    /// INVAL_ALL_PIXMAPS, after its wait list is satisfied.
    void invalidate_all();

    std::size_t count() const { return entries_.size(); }
    std::size_t size_bytes() const { return size_bytes_; }

    /// The other images that the display channels of a session share. It has limits of its own.
    GlzWindow& glz_window() { return glz_window_; }

private:
    Result<Done> insert(ImageId id, Entry entry);

    std::size_t limit_bytes_;
    std::size_t size_bytes_ = 0;
    std::unordered_map<ImageId, Entry> entries_;
    GlzWindow glz_window_;
};

} // namespace sumac::image
