/// The palette cache of one display channel. One thread (draw).
#pragma once

#include "wire/image.h"

#include <unordered_map>

namespace sumac::image {

/// Eight times what spice-server keeps per client (128); it evicts by INVAL_PALETTE.
inline constexpr std::size_t max_cached_palettes = 1024;

class PaletteCache {
public:
    /// PAL_CACHE_ME. Replaces a palette of the same id. Error: limit.
    Result<Done> store(const wire::Palette& palette) {
        if (!palettes_.contains(palette.unique) && palettes_.size() >= max_cached_palettes)
            return Error{ErrorCode::limit, "the server caches more than 1024 palettes"};
        palettes_.insert_or_assign(palette.unique, palette);
        return Done{};
    }
    /// Null if absent. Valid until the next change of the cache.
    const wire::Palette* find(PaletteId id) const {
        const auto found = palettes_.find(id);
        return found == palettes_.end() ? nullptr : &found->second;
    }
    /// INVAL_PALETTE; an unknown id is normal.
    void invalidate(PaletteId id) { palettes_.erase(id); }
    /// INVAL_ALL_PALETTES.
    void invalidate_all() { palettes_.clear(); }

private:
    std::unordered_map<PaletteId, wire::Palette> palettes_;
};

} // namespace sumac::image
