#include "image/image_cache.h"

namespace sumac::image {

namespace {

std::size_t cost_bytes(const ImageCache::Entry& entry) {
    return pixmap_cache_entry_bytes + (entry.pixels ? entry.pixels->size_bytes() : 0);
}

} // namespace

Result<Done> ImageCache::store(ImageId id, PixelsPtr pixels) {
    return insert(id, {.pixels = std::move(pixels), .undecoded_because = {}});
}

Result<Done> ImageCache::store_undecoded(ImageId id, std::string_view because) {
    return insert(id, {.pixels = nullptr, .undecoded_because = because});
}

const ImageCache::Entry* ImageCache::find(ImageId id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
}

void ImageCache::invalidate(ImageId id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    size_bytes_ -= cost_bytes(found->second);
    entries_.erase(found);
}

void ImageCache::invalidate_all() {
    entries_.clear();
    size_bytes_ = 0;
}

Result<Done> ImageCache::insert(ImageId id, Entry entry) {
    invalidate(id);
    const std::size_t cost = cost_bytes(entry);
    if (cost > limit_bytes_ - size_bytes_)
        return Error{ErrorCode::limit, "the server fills the pixmap cache beyond its size"};
    size_bytes_ += cost;
    entries_.emplace(id, std::move(entry));
    return Done{};
}

} // namespace sumac::image
