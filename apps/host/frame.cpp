#include "frame.h"

#include <algorithm>

namespace sumac::host {

namespace {

// The video memory of our guest. A server with a slow client holds up to 50 drawings in its pipe,
// and the GLZ dictionary some more; a real guest too then waits for its video memory.
constexpr std::size_t memory_bytes = 384u << 20;
constexpr std::size_t least_frames = 16;
constexpr std::size_t most_frames = 96;

std::size_t frames_in_budget(Area area) {
    const auto bytes =
        4 * static_cast<std::size_t>(area.width) * static_cast<std::size_t>(area.height);
    return std::clamp(memory_bytes / bytes, least_frames, most_frames);
}

QXLPHYSICAL address_of(const void* object) {
    return reinterpret_cast<std::uintptr_t>(object);
}

} // namespace

Frame::Frame(Area area)
    : picture({area.width, area.height}),
      drawable_(std::make_unique<QXLDrawable>()),
      image_(std::make_unique<QXLImage>()) {
    image_->descriptor.type = SPICE_IMAGE_TYPE_BITMAP;
    image_->descriptor.width = static_cast<std::uint32_t>(area.width);
    image_->descriptor.height = static_cast<std::uint32_t>(area.height);
    image_->bitmap.format = SPICE_BITMAP_FMT_32BIT;
    image_->bitmap.flags = QXL_BITMAP_DIRECT | QXL_BITMAP_TOP_DOWN;
    image_->bitmap.x = static_cast<std::uint32_t>(area.width);
    image_->bitmap.y = static_cast<std::uint32_t>(area.height);
    image_->bitmap.stride = static_cast<std::uint32_t>(picture.stride_bytes());
    image_->bitmap.data = address_of(picture.data());

    drawable_->release_info.id = address_of(this);
    drawable_->surface_id = 0;
    drawable_->effect = QXL_EFFECT_OPAQUE;
    drawable_->type = QXL_DRAW_COPY;
    drawable_->clip.type = SPICE_CLIP_TYPE_NONE;
    drawable_->bbox = {.top = area.y,
                       .left = area.x,
                       .bottom = area.y + area.height,
                       .right = area.x + area.width};
    for (std::size_t i = 0; i < 3; ++i)
        drawable_->surfaces_dest[i] = -1; // none
    drawable_->u.copy.rop_descriptor = SPICE_ROPD_OP_PUT;
    drawable_->u.copy.src_bitmap = address_of(image_.get());
    drawable_->u.copy.src_area = {.top = 0, .left = 0, .bottom = area.height, .right = area.width};
}

QXLCommandExt Frame::command(std::uint32_t image_unique) {
    image_->descriptor.id = std::uint64_t{image_unique} << 32 | QXL_IMAGE_GROUP_DEVICE;
    QXLCommandExt command{};
    command.cmd.type = QXL_CMD_DRAW;
    command.cmd.data = address_of(drawable_.get());
    return command;
}

FramePool::FramePool(Area on_desktop)
    : area_(on_desktop), capacity_(frames_in_budget(on_desktop)) {}

std::unique_ptr<Frame> FramePool::take(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, stop, [&] { return !idle_.empty() || made_ < capacity_; });
    if (stop.stop_requested()) return nullptr;
    if (idle_.empty()) {
        ++made_;
        return std::make_unique<Frame>(area_);
    }
    auto frame = std::move(idle_.back());
    idle_.pop_back();
    return frame;
}

void FramePool::give_back(std::unique_ptr<Frame> frame) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(frame));
    returned_.notify_one();
}

bool FramePool::is_exhausted() const {
    const std::lock_guard lock(mutex_);
    return idle_.empty() && made_ == capacity_;
}

} // namespace sumac::host
