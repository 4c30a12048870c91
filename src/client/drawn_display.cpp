#include "client/drawn_display.h"

#include "channel/stream_table.h"
#include "io/clock.h"

#include <spice/enums.h>

#include <algorithm>
#include <utility>

namespace sumac::client {
namespace {

constexpr SurfaceId primary_id{0};
/// More rects of damage than this become their hull.
constexpr std::size_t max_damage_rects = 128;
/// libspice-server's smallest stream (RED_STREAM_MIN_SIZE in its video-stream code).
constexpr std::int64_t min_stream_pixels = 96 * 96;
/// More than any card has.
constexpr std::size_t max_monitors = 64;

Rect hull_of(const std::vector<Rect>& rects) {
    Rect hull = rects.front();
    for (const Rect& rect : rects) {
        hull = {std::min(hull.left, rect.left),
                std::min(hull.top, rect.top),
                std::max(hull.right, rect.right),
                std::max(hull.bottom, rect.bottom)};
    }
    return hull;
}

bool touches(const std::vector<Rect>& rects, const Rect& area) {
    return std::any_of(rects.begin(), rects.end(), [&](const Rect& rect) {
        return !intersect(rect, area).empty();
    });
}

/// For the statistics; empty for what does not draw.
struct NameOf {
    template <class Message>
    std::string_view operator()(const Message&) const {
        return {};
    }
    std::string_view operator()(const wire::DrawFill&) const { return "fill"; }
    std::string_view operator()(const wire::DrawOpaque&) const { return "opaque"; }
    std::string_view operator()(const wire::DrawCopy&) const { return "copy"; }
    std::string_view operator()(const wire::DrawBlend&) const { return "blend"; }
    std::string_view operator()(const wire::DrawBlackness&) const { return "blackness"; }
    std::string_view operator()(const wire::DrawWhiteness&) const { return "whiteness"; }
    std::string_view operator()(const wire::DrawInvers&) const { return "invers"; }
    std::string_view operator()(const wire::CopyBits&) const { return "copy_bits"; }
    std::string_view operator()(const wire::DrawRop3&) const { return "rop3"; }
    std::string_view operator()(const wire::DrawStroke&) const { return "stroke"; }
    std::string_view operator()(const wire::DrawText&) const { return "text"; }
    std::string_view operator()(const wire::DrawTransparent&) const { return "transparent"; }
    std::string_view operator()(const wire::DrawAlphaBlend&) const { return "alpha_blend"; }
    std::string_view operator()(const wire::DrawComposite&) const { return "composite"; }
};

} // namespace

bool is_video_like(const wire::DisplayMessage& message) {
    const auto* copy = std::get_if<wire::DrawCopy>(&message);
    if (copy == nullptr || copy->base.surface != primary_id) return false;
    const Rect& box = copy->base.box;
    // Bounded first: the product of hostile coordinates does not fit 64 bits.
    const std::int64_t width = std::min(box.width(), min_stream_pixels);
    const std::int64_t height = std::min(box.height(), min_stream_pixels);
    return !box.empty() && width * height >= min_stream_pixels;
}

DrawnDisplay::DrawnDisplay(Parts parts, std::shared_ptr<image::ImageCache> images)
    : parts_(parts),
      planes_(parts.sink != nullptr && parts.sink->takes_planes()),
      images_(std::move(images)),
      canvas_(*images_) {}

DrawnDisplay::Outcome DrawnDisplay::draw(const wire::DisplayMessage& message, const Turn& turn) {
    if (is_video_like(message) && touches(damage_, std::get<wire::DrawCopy>(message).base.box))
        publish();
    if (channel::draw_area(message)) bring_down();
    const auto* create = std::get_if<wire::SurfaceCreate>(&message);
    const bool kept = create != nullptr && canvas_.keeps_primary(*create);
    const Result<canvas::Drawn> result = canvas_.draw(message, turn.ahead);
    if (!result) {
        if (result.error().code == ErrorCode::limit)
            parts_.events.on_failed(parts_.id, result.error());
        parts_.statistics.damaged({SPICE_CHANNEL_DISPLAY, parts_.id}, result.error().text);
        note_remains(message);
    } else if (std::holds_alternative<image::WaitForImage>(*result)) {
        if (turn.patient) return Outcome::blocked;
        parts_.statistics.not_drawn("image missing from the cache");
    } else if (const auto* not_drawn = std::get_if<canvas::NotDrawn>(&*result)) {
        parts_.statistics.not_drawn(not_drawn->what);
    } else {
        drawn(message, kept, turn.arrived);
        note(std::get<canvas::Damage>(*result));
    }
    return Outcome::done;
}

void DrawnDisplay::drawn(const wire::DisplayMessage& message,
                         bool kept_primary,
                         LocalTime arrived) {
    if (const auto name = std::visit(NameOf{}, message); !name.empty())
        uncounted_.push_back({name, arrived});
    if (!kept_primary) announce_primary(message);
    if (std::holds_alternative<wire::DisplayMark>(message)) marked_ = true;
    if (const auto* config = std::get_if<wire::MonitorsConfig>(&message);
        config != nullptr && !config->heads.empty()) {
        heads_ = config->heads;
        announce_monitors();
    }
}

void DrawnDisplay::show(const ShowPicture& show) {
    marked_ = true;
    publish(); // a frame is a picture of its own
    if (show_planes(show) || show_whole(show)) return;
    bring_down();
    const auto damage = PicturesAbove::draw(canvas_, show);
    if (!damage) {
        parts_.events.on_not_shown(show.frame);
        return;
    }
    note(*damage);
    update_sink(show.frame);
    parts_.events.on_shown(show.frame, io::now());
}

/// False if it has to go to the canvas.
bool DrawnDisplay::show_planes(const ShowPicture& show) {
    const auto* planes = std::get_if<PlanarView>(&show.picture->content);
    const auto size = canvas_.surface_size(primary_id);
    if (!planes_ || planes == nullptr || show.surface != primary_id || !size) return false;
    if (is_whole_screen(show, *size)) {
        above_.put_on_all(show, canvas_);
    } else {
        if (!above_.has_room_for(show)) {
            bring_down();
            publish(); // an update that comes after the new planes has to contain them
        }
        above_.put(show);
    }
    const LocalTime now = io::now();
    const std::vector<Rect> seen = seen_of(show, *size);
    if (!seen.empty()) {
        parts_.sink->on_planes(
            {parts_.id, upright(*planes, show.order), show.dest, seen, now, show.frame});
    }
    parts_.events.on_shown(show.frame, now);
    return true;
}

/// A picture of the whole screen is seen as it is. False if it has to go to the canvas.
bool DrawnDisplay::show_whole(const ShowPicture& show) {
    const auto size = canvas_.surface_size(primary_id);
    const auto* picture = std::get_if<PictureView>(&show.picture->content);
    if (picture == nullptr || parts_.sink == nullptr || !size || !is_whole_screen(show, *size))
        return false;
    above_.put_on_all(show, canvas_);
    const LocalTime now = io::now();
    parts_.sink->on_update({parts_.id, *picture, std::span{&show.dest, 1}, now, show.frame});
    parts_.events.on_shown(show.frame, now);
    return true;
}

/// The canvas gets what was shown above it.
void DrawnDisplay::bring_down() {
    for (const canvas::Damage& damage : above_.bring_down(canvas_))
        note(damage);
}

void DrawnDisplay::reset(std::shared_ptr<image::ImageCache> images) {
    bring_down(); // what stays on show
    const auto before = std::exchange(images_, std::move(images));
    canvas_.restart(*images_);
}

void DrawnDisplay::close() {
    publish();
    if (parts_.sink != nullptr && canvas_.surface_size(primary_id))
        parts_.sink->on_display_destroyed(parts_.id);
}

void DrawnDisplay::announce_primary(const wire::DisplayMessage& message) {
    const auto* create = std::get_if<wire::SurfaceCreate>(&message);
    const auto* destroy = std::get_if<wire::SurfaceDestroy>(&message);
    const bool created = (create != nullptr && create->id == primary_id) ||
                         std::holds_alternative<wire::DisplayMode>(message);
    const bool destroyed = destroy != nullptr && destroy->id == primary_id;
    if (!created && !destroyed) return;
    damage_.clear(); // of the surface that it replaced
    above_ = {};
    marked_ = false;
    const bool replaced = std::exchange(has_primary_, created);
    if (replaced) heads_.clear(); // of a screen that is gone
    if (parts_.sink == nullptr) return;
    if (destroyed) parts_.sink->on_display_destroyed(parts_.id);
    if (created) parts_.sink->on_display_created(parts_.id, *canvas_.surface_size(primary_id));
    if (created) announce_monitors();
}

/// The heads as far as they lie on the primary. Either may come first.
void DrawnDisplay::announce_monitors() {
    const auto size = canvas_.surface_size(primary_id);
    if (parts_.sink == nullptr || !size) return;
    std::vector<Monitor> monitors;
    const auto side = [](std::uint32_t value) {
        return static_cast<std::int32_t>(std::min(value, wire::max_image_side));
    };
    for (const wire::Head& head : heads_) {
        const Point at{side(head.x), side(head.y)};
        const Rect area = intersect({at.x, at.y, at.x + side(head.width), at.y + side(head.height)},
                                    {0, 0, size->width, size->height});
        if (head.surface == primary_id && !area.empty() && monitors.size() < max_monitors)
            monitors.push_back({head.monitor_id, area});
    }
    if (!monitors.empty()) parts_.sink->on_monitors(parts_.id, monitors);
}

/// Of what is damaged, a part may have been drawn.
void DrawnDisplay::note_remains(const wire::DisplayMessage& message) {
    const auto drawn = channel::draw_area(message);
    const auto size = canvas_.surface_size(primary_id);
    if (!drawn || !size) return;
    const Rect seen = intersect(drawn->area, {0, 0, size->width, size->height});
    if (!seen.empty()) note({drawn->surface, {seen}});
}

void DrawnDisplay::note(const canvas::Damage& damage) {
    if (damage.surface != primary_id) return;
    damage_.insert(damage_.end(), damage.rects.begin(), damage.rects.end());
    if (damage_.size() > max_damage_rects) damage_ = {hull_of(damage_)};
}

void DrawnDisplay::publish() {
    if (!uncounted_.empty()) {
        parts_.statistics.drawn(uncounted_, io::now());
        uncounted_.clear();
    }
    update_sink({});
}

void DrawnDisplay::update_sink(const std::optional<ShownFrame>& frame) {
    if (!marked_) return;
    const std::vector<Rect> damage = std::exchange(damage_, {});
    if (parts_.sink == nullptr || damage.empty()) return;
    const auto picture = canvas_.primary();
    if (picture) parts_.sink->on_update({parts_.id, *picture, damage, io::now(), frame});
}

} // namespace sumac::client
