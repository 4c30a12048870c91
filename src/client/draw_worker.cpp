#include "client/draw_worker.h"

#include "channel/stream_table.h"
#include "io/clock.h"
#include "video/colour.h"
#include "wire/names.h"

#include <asio/post.hpp>
#include <spice/enums.h>

#include <algorithm>
#include <new>

namespace sumac::client {
namespace {

constexpr SurfaceId primary_id{0};
/// Streams that are shown as planes at a time; with more, memory counts for more than conversion.
constexpr std::size_t max_pictures_above = 4;
/// Jobs between two looks at the inbox, and at most between two updates of the sink.
constexpr int jobs_per_turn = 256;
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

/// The DISPLAY message's type number, for its name. The variant is in the order of the parser's
/// table.
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

/// What of a stream's picture is seen on a surface of that size.
std::vector<Rect> seen_of(const ShowPicture& show, Size surface) {
    const Rect whole = intersect(show.dest, {0, 0, surface.width, surface.height});
    std::vector<Rect> seen;
    if (whole.empty()) return seen;
    if (show.clip.everything_visible) return {whole};
    for (const Rect& rect : show.clip.rects) {
        const Rect part = intersect(whole, rect);
        if (!part.empty()) seen.push_back(part);
    }
    return seen;
}

/// With the top row first, however the rows are stored.
PlanarView upright(PlanarView planes, canvas::RowOrder order) {
    if (order == canvas::RowOrder::top_down) return planes;
    for (std::size_t i = 0; i < planes.planes.size(); ++i) {
        Plane& plane = planes.planes[i];
        plane.data += plane.stride_bytes * (planes.plane_size(i).height - 1);
        plane.stride_bytes = -plane.stride_bytes;
    }
    return planes;
}

Result<canvas::Damage> draw_pixels(canvas::Canvas& canvas, const ShowPicture& show) {
    std::vector<std::byte> converted;
    PictureView pixels;
    if (const auto* planes = std::get_if<PlanarView>(&show.picture->content)) {
        pixels.size = planes->size;
        pixels.stride_bytes = std::ptrdiff_t{planes->size.width} * 4;
        converted.resize(static_cast<std::size_t>(pixels.stride_bytes * planes->size.height));
        pixels.data = converted.data();
        video::to_bgrx(*planes, converted.data(), pixels.stride_bytes);
    } else {
        pixels = std::get<PictureView>(show.picture->content);
    }
    return canvas.draw_picture(show.surface, pixels, show.dest, show.clip, show.order);
}

bool ends_server(const DrawJob& job) {
    return std::holds_alternative<ResetDisplay>(job.work) ||
           std::holds_alternative<CloseDisplay>(job.work);
}

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

DrawWorker::DrawWorker(asio::any_io_executor pool,
                       Statistics& statistics,
                       DisplaySink* sink,
                       Events events)
    : pool_(std::move(pool)),
      statistics_(statistics),
      sink_(sink),
      planes_(sink != nullptr && sink->takes_planes()),
      events_(std::move(events)) {}

void DrawWorker::post(DrawJob job) {
    const std::lock_guard lock{mutex_};
    job.cost_bytes += sizeof(DrawJob);
    queued_bytes_[job.display] += job.cost_bytes;
    if (job.serial) seen_[job.display] = *job.serial;
    if (std::holds_alternative<ResetDisplay>(job.work)) seen_.erase(job.display);
    inbox_.push_back(std::move(job));
    schedule();
}

void DrawWorker::saw(std::uint8_t display, Serial serial) {
    const std::lock_guard lock{mutex_};
    seen_[display] = serial;
    // A blocked head may wait for just this; a busy worker looks by itself.
    if (!queued_bytes_.empty()) schedule();
}

bool DrawWorker::full(std::uint8_t display) const {
    const std::lock_guard lock{mutex_};
    const auto bytes = queued_bytes_.find(display);
    return !closing_ && bytes != queued_bytes_.end() && bytes->second > max_draw_queue_bytes;
}

void DrawWorker::close() {
    const std::lock_guard lock{mutex_};
    closing_ = true;
    schedule();
}

bool DrawWorker::idle() const {
    const std::lock_guard lock{mutex_};
    return !running_ && inbox_.empty();
}

/// With mutex_ held.
void DrawWorker::schedule() {
    if (running_) return;
    running_ = true;
    asio::post(pool_, [self = shared_from_this()] { self->run(); });
}

void DrawWorker::run() {
    bool more = true;
    try {
        take_inbox();
        for (int i = 0; i < jobs_per_turn && more; ++i)
            more = run_some_job();
        publish_all();
    } catch (const std::bad_alloc&) {
        more = false;
        events_.on_failed(0, {ErrorCode::limit, "out of memory while drawing"});
    }
    {
        const std::lock_guard lock{mutex_};
        running_ = false;
        // As a new job: other sessions get their turn. Who was told to close must look again.
        if (more || !inbox_.empty() || (closing_ && patient_)) schedule();
    }
    events_.on_progress();
}

void DrawWorker::take_inbox() {
    std::vector<DrawJob> taken;
    std::map<std::uint8_t, Serial> seen;
    {
        const std::lock_guard lock{mutex_};
        taken.swap(inbox_);
        patient_ = !closing_;
        seen = seen_;
    }
    for (DrawJob& job : taken) {
        if (const auto* opened = std::get_if<OpenDisplay>(&job.work))
            open(job.display, opened->server);
        const auto display = displays_.find(job.display);
        if (display == displays_.end()) { // a frame that was due after the end of its channel
            drop(job);
            continue;
        }
        if (std::holds_alternative<ResetDisplay>(job.work)) display->second->last_seen = Serial{0};
        if (ends_server(job)) ++display->second->ends_queued;
        display->second->jobs.push_back(std::move(job));
    }
    for (const auto& [id, serial] : seen) {
        if (const auto display = displays_.find(id); display != displays_.end())
            display->second->last_seen = serial;
    }
}

void DrawWorker::drop(const DrawJob& job) {
    if (const auto* picture = std::get_if<ShowPicture>(&job.work))
        events_.on_not_shown(picture->frame);
    finished(job);
}

void DrawWorker::finished(const DrawJob& job) {
    const std::lock_guard lock{mutex_};
    std::size_t& bytes = queued_bytes_[job.display];
    bytes -= job.cost_bytes;
    if (bytes == 0) queued_bytes_.erase(job.display);
    if (std::holds_alternative<CloseDisplay>(job.work)) seen_.erase(job.display);
}

/// Runs the first job that need not wait; false if there is none.
bool DrawWorker::run_some_job() {
    for (auto& [id, display] : displays_) {
        if (display->jobs.empty() ||
            execute(id, *display, display->jobs.front()) == Outcome::blocked)
            continue;
        const DrawJob job = std::move(display->jobs.front());
        display->jobs.pop_front();
        if (ends_server(job)) --display->ends_queued;
        if (std::holds_alternative<CloseDisplay>(job.work)) {
            for (const DrawJob& late : display->jobs)
                drop(late);
            displays_.erase(job.display);
        }
        finished(job);
        return true;
    }
    return false;
}

DrawWorker::Outcome DrawWorker::execute(std::uint8_t id, Display& display, DrawJob& job) {
    // A server that has sent this much behind a message that waits will not send what it waits for.
    // Nor does one that the session has left.
    const bool patient = patient_ && !full(id) && display.ends_queued == 0;
    if (patient && !satisfied(id, job.wait)) return Outcome::blocked;
    if (const auto* message = std::get_if<wire::DisplayMessage>(&job.work))
        return draw(id, display, *message, patient);
    if (const auto* picture = std::get_if<ShowPicture>(&job.work)) {
        show(id, display, *picture);
    } else if (const auto* other = std::get_if<ResetDisplay>(&job.work)) {
        reset(display, other->server);
    } else if (std::holds_alternative<CloseDisplay>(job.work)) {
        publish(id, display, {});
        if (sink_ != nullptr && display.canvas.surface_size(primary_id))
            sink_->on_display_destroyed(id);
    }
    return Outcome::done;
}

DrawWorker::Outcome DrawWorker::draw(std::uint8_t id,
                                     Display& display,
                                     const wire::DisplayMessage& message,
                                     bool patient) {
    if (is_video_like(message) &&
        touches(display.damage, std::get<wire::DrawCopy>(message).base.box)) {
        publish(id, display, {});
    }
    if (channel::draw_area(message)) bring_down(display);
    const auto* create = std::get_if<wire::SurfaceCreate>(&message);
    const bool kept = create != nullptr && display.canvas.keeps_primary(*create);
    const Result<canvas::Drawn> drawn = display.canvas.draw(message);
    if (!drawn) {
        if (drawn.error().code == ErrorCode::limit) events_.on_failed(id, drawn.error());
        statistics_.damaged({SPICE_CHANNEL_DISPLAY, id}, drawn.error().text);
        return Outcome::done;
    }
    if (std::holds_alternative<image::WaitForImage>(*drawn)) {
        if (patient && displays_.size() > 1) return Outcome::blocked;
        statistics_.not_drawn("image missing from the cache"); // no other channel can bring it
        return Outcome::done;
    }
    if (const auto* not_drawn = std::get_if<canvas::NotDrawn>(&*drawn)) {
        statistics_.not_drawn(not_drawn->what);
        return Outcome::done;
    }
    if (const auto name = std::visit(NameOf{}, message); !name.empty()) statistics_.drawn(name);
    if (!kept) announce_primary(id, display, message);
    if (std::holds_alternative<wire::DisplayMark>(message)) display.marked = true;
    if (const auto* config = std::get_if<wire::MonitorsConfig>(&message);
        config != nullptr && !config->heads.empty()) {
        display.heads = config->heads;
        announce_monitors(id, display);
    }
    note(display, std::get<canvas::Damage>(*drawn));
    return Outcome::done;
}

void DrawWorker::show(std::uint8_t id, Display& display, const ShowPicture& show) {
    display.marked = true;
    publish(id, display, {}); // a frame is a picture of its own
    if (show_planes(id, display, show)) return;
    bring_down(display);
    const auto damage = draw_pixels(display.canvas, show);
    if (!damage) {
        events_.on_not_shown(show.frame);
        return;
    }
    note(display, *damage);
    publish(id, display, show.frame);
    events_.on_shown(show.frame, io::now());
}

/// False if it has to go to the canvas.
bool DrawWorker::show_planes(std::uint8_t id, Display& display, const ShowPicture& show) {
    const auto* planes = std::get_if<PlanarView>(&show.picture->content);
    const auto size = display.canvas.surface_size(primary_id);
    if (!planes_ || planes == nullptr || show.surface != primary_id || !size) return false;
    std::erase_if(display.above, [&](const ShowPicture& below) {
        return below.dest == show.dest && below.clip == show.clip;
    });
    if (display.above.size() == max_pictures_above) bring_down(display);
    display.above.push_back(show);
    const LocalTime now = io::now();
    const std::vector<Rect> seen = seen_of(show, *size);
    if (!seen.empty())
        sink_->on_planes({id, upright(*planes, show.order), show.dest, seen, now, show.frame});
    events_.on_shown(show.frame, now);
    return true;
}

/// The canvas gets what was shown above it; the sink learns of it with the next update.
void DrawWorker::bring_down(Display& display) {
    for (const ShowPicture& show : std::exchange(display.above, {})) {
        if (const auto damage = draw_pixels(display.canvas, show)) note(display, *damage);
    }
}

void DrawWorker::open(std::uint8_t id, std::uint64_t server) {
    if (displays_.contains(id)) return; // it has moved here from another server
    const auto& images = images_of(server);
    displays_.emplace(id, std::make_unique<Display>(images, canvas::Canvas{*images}));
}

void DrawWorker::reset(Display& display, std::uint64_t server) {
    bring_down(display); // what stays on show
    const auto before = std::exchange(display.images, images_of(server));
    display.canvas.restart(*display.images);
}

/// The displays of one server share one cache; those that are still at an older one keep its.
const std::shared_ptr<image::ImageCache>& DrawWorker::images_of(std::uint64_t server) {
    if (!images_ || server > server_) images_ = std::make_shared<image::ImageCache>();
    server_ = std::max(server_, server);
    return images_;
}

void DrawWorker::announce_primary(std::uint8_t id,
                                  Display& display,
                                  const wire::DisplayMessage& message) {
    const auto* create = std::get_if<wire::SurfaceCreate>(&message);
    const auto* destroy = std::get_if<wire::SurfaceDestroy>(&message);
    const bool created = (create != nullptr && create->id == primary_id) ||
                         std::holds_alternative<wire::DisplayMode>(message);
    const bool destroyed = destroy != nullptr && destroy->id == primary_id;
    if (!created && !destroyed) return;
    display.damage.clear(); // of the surface that it replaced
    display.marked = false;
    const bool replaced = std::exchange(display.has_primary, created);
    if (replaced) display.heads.clear(); // of a screen that is gone
    if (sink_ == nullptr) return;
    if (destroyed) sink_->on_display_destroyed(id);
    if (created) sink_->on_display_created(id, *display.canvas.surface_size(primary_id));
    if (created) announce_monitors(id, display);
}

/// The heads as far as they lie on the primary. Either may come first.
void DrawWorker::announce_monitors(std::uint8_t id, const Display& display) {
    const auto size = display.canvas.surface_size(primary_id);
    if (sink_ == nullptr || !size) return;
    std::vector<Monitor> monitors;
    const auto side = [](std::uint32_t value) {
        return static_cast<std::int32_t>(std::min(value, wire::max_image_side));
    };
    for (const wire::Head& head : display.heads) {
        const Point at{side(head.x), side(head.y)};
        const Rect area = intersect({at.x, at.y, at.x + side(head.width), at.y + side(head.height)},
                                    {0, 0, size->width, size->height});
        if (head.surface == primary_id && !area.empty() && monitors.size() < max_monitors)
            monitors.push_back({head.monitor_id, area});
    }
    if (!monitors.empty()) sink_->on_monitors(id, monitors);
}

void DrawWorker::note(Display& display, const canvas::Damage& damage) {
    if (damage.surface != primary_id) return;
    display.damage.insert(display.damage.end(), damage.rects.begin(), damage.rects.end());
    if (display.damage.size() > max_damage_rects) display.damage = {hull_of(display.damage)};
}

void DrawWorker::publish(std::uint8_t id,
                         Display& display,
                         const std::optional<ShownFrame>& frame) {
    if (!display.marked) return;
    const std::vector<Rect> damage = std::exchange(display.damage, {});
    if (sink_ == nullptr || damage.empty()) return;
    const auto picture = display.canvas.primary();
    if (picture) sink_->on_update({id, *picture, damage, io::now(), frame});
}

void DrawWorker::publish_all() {
    for (auto& [id, display] : displays_)
        publish(id, *display, {});
}

bool DrawWorker::satisfied(std::uint8_t own, const std::vector<wire::WaitFor>& wait) const {
    return std::all_of(wait.begin(), wait.end(), [&](const wire::WaitFor& entry) {
        // Only display channels share state that drawing depends on, and nobody waits for itself.
        if (entry.channel.type != SPICE_CHANNEL_DISPLAY || entry.channel.id == own) return true;
        const auto found = displays_.find(entry.channel.id);
        if (found == displays_.end()) return true; // closed, or never opened
        const Display& other = *found->second;
        const auto unfinished =
            std::find_if(other.jobs.begin(), other.jobs.end(), [](const DrawJob& job) {
                return job.serial.has_value();
            });
        return unfinished == other.jobs.end() ? other.last_seen >= entry.serial
                                              : *unfinished->serial > entry.serial;
    });
}

} // namespace sumac::client
