#include "client/early_images.h"

#include "client/drawing_cost.h"

#include <spice/enums.h>

#include <algorithm>
#include <new>
#include <utility>

namespace sumac::client {
namespace {

std::int64_t pixels_of(const wire::ImageDescriptor& descriptor) {
    return std::int64_t{descriptor.width} * descriptor.height;
}

/// From this size on, where it may become a surface as it is, the canvas decodes LZ4 into that, as
/// fast as it would copy what was decoded elsewhere, and without that memory.
constexpr std::int64_t screen_pixels = std::int64_t{1024} * 768;

bool may_become_surface(const wire::DisplayMessage& message, const wire::Image& image) {
    const auto* copy = std::get_if<wire::DrawCopy>(&message);
    if (copy == nullptr || image.descriptor.type != SPICE_IMAGE_TYPE_LZ4) return false;
    constexpr unsigned kept = SPICE_IMAGE_FLAGS_CACHE_ME | SPICE_IMAGE_FLAGS_CACHE_REPLACE_ME;
    const Rect& box = copy->base.box;
    return pixels_of(image.descriptor) >= screen_pixels && (image.descriptor.flags & kept) == 0 &&
           box.left == 0 && box.top == 0 && box == copy->src_area &&
           box.width() == std::int64_t{image.descriptor.width} &&
           box.height() == std::int64_t{image.descriptor.height} &&
           copy->base.clip.everything_visible;
}

/// Bitmaps are as quick to draw as to hand over. Whatever has a palette follows the depth of the
/// surface, which is known when it is its turn.
bool is_worth_it(const wire::Image& image) {
    const bool compressed = std::holds_alternative<wire::EncodedImage>(image.body) ||
                            std::holds_alternative<wire::JpegAlphaImage>(image.body);
    const std::int64_t pixels = pixels_of(image.descriptor);
    return compressed && image::can_decode_ahead(image) && decoding_cost(image) >= min_early_time &&
           pixels <= std::int64_t{max_early_bytes / 4};
}

} // namespace

class EarlyImages::Entry {
public:
    enum class State { waiting, begun, decoded, settled };

    Entry(std::uint64_t number, wire::Image source, std::shared_ptr<const void> keep_alive)
        : number_(number), source_(std::move(source)), keep_alive_(std::move(keep_alive)) {}

    std::uint64_t number() const { return number_; }
    std::size_t size_bytes() const {
        return 4 * static_cast<std::size_t>(pixels_of(source_.descriptor));
    }
    /// By the helper that has begun it. Without memory there is no result; drawing tries again and
    /// says so.
    void decode() {
        try {
            result = image::decode_ahead(
                source_, image::PaletteEntries::rgb888, image::ImageUse::colours);
        } catch (const std::bad_alloc&) {
        }
    }

    State state = State::waiting;
    bool awaited = false;                      ///< drawing went away until it is decoded
    std::optional<image::DecodedAhead> result; ///< the helper's own while `begun`

private:
    std::uint64_t number_;
    wire::Image source_;
    std::shared_ptr<const void> keep_alive_;
};

EarlyImages::EarlyImages(std::size_t workers)
    : max_helpers_(std::max<std::size_t>(workers, 3) - 2) {}

EarlyImages::Handle EarlyImages::add(const wire::DisplayMessage& message,
                                     const std::shared_ptr<const void>& keep_alive) {
    const wire::Image* image = image_of(message);
    if (image == nullptr || !is_worth_it(*image) || may_become_surface(message, *image))
        return nullptr;
    const std::lock_guard lock{mutex_};
    auto entry = std::make_shared<Entry>(++last_number_, *image, keep_alive);
    waiting_.emplace(entry->number(), entry);
    return entry;
}

bool EarlyImages::has_room() const {
    return early_ + expected_ < max_early_images_each * (max_helpers_ + 1) &&
           early_bytes_ + waiting_.begin()->second->size_bytes() <= max_early_bytes;
}

/// It is not early any more.
void EarlyImages::leave(const Entry& image) {
    --early_;
    early_bytes_ -= image.size_bytes();
}

bool EarlyImages::engage(bool drawing_waits) {
    const std::lock_guard lock{mutex_};
    const std::size_t most = max_helpers_ + (drawing_waits ? 1 : 0);
    if (helpers_ >= most || waiting_.size() <= expected_ || !has_room()) return false;
    ++helpers_;
    ++expected_;
    return true;
}

void EarlyImages::disengage() {
    const std::lock_guard lock{mutex_};
    --helpers_;
    --expected_;
}

bool EarlyImages::help() {
    Handle image;
    {
        const std::lock_guard lock{mutex_};
        --expected_;
        if (waiting_.empty() || !has_room()) return false;
        image = waiting_.begin()->second;
        waiting_.erase(waiting_.begin());
        image->state = Entry::State::begun;
        ++early_;
        early_bytes_ += image->size_bytes();
    }
    image->decode();
    const std::lock_guard lock{mutex_};
    if (image->state == Entry::State::settled) { // its message was dropped meanwhile
        leave(*image);
        return false;
    }
    image->state = Entry::State::decoded;
    return image->awaited;
}

void EarlyImages::dismiss() {
    const std::lock_guard lock{mutex_};
    --helpers_;
}

bool EarlyImages::claim(const Handle& image) {
    if (!image) return true;
    const std::lock_guard lock{mutex_};
    if (image->state == Entry::State::waiting) {
        waiting_.erase(image->number());
        image->state = Entry::State::settled;
    }
    image->awaited = image->state == Entry::State::begun;
    return !image->awaited;
}

const image::DecodedAhead* EarlyImages::decoded(const Handle& image) const {
    if (!image) return nullptr;
    const std::lock_guard lock{mutex_};
    const bool usable = image->state == Entry::State::decoded && image->result;
    return usable ? &*image->result : nullptr;
}

void EarlyImages::release(const Handle& image) {
    if (!image) return;
    const std::lock_guard lock{mutex_};
    const auto before = std::exchange(image->state, Entry::State::settled);
    if (before == Entry::State::waiting) waiting_.erase(image->number());
    if (before == Entry::State::decoded) leave(*image);
}

bool EarlyImages::idle() const {
    const std::lock_guard lock{mutex_};
    return helpers_ == 0;
}

const wire::Image* image_of(const wire::DisplayMessage& message) {
    return std::visit(
        [](const auto& drawing) -> const wire::Image* {
            if constexpr (requires { drawing.image.descriptor; }) {
                return &drawing.image;
            } else if constexpr (requires { drawing.src.descriptor; }) {
                return &drawing.src;
            } else {
                return nullptr;
            }
        },
        message);
}

} // namespace sumac::client
