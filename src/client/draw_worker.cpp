#include "client/draw_worker.h"

#include "io/clock.h"

#include <asio/post.hpp>
#include <spice/enums.h>

#include <algorithm>
#include <new>
#include <utility>

namespace sumac::client {
namespace {

/// Jobs between two looks at the inbox, and at most between two updates of the sink.
constexpr int jobs_per_turn = 256;
/// What comes in one piece is mostly less.
constexpr std::size_t max_spare = 32;

bool ends_server(const DrawJob& job) {
    return std::holds_alternative<ResetDisplay>(job.work) ||
           std::holds_alternative<CloseDisplay>(job.work);
}

} // namespace

DrawWorker::DrawWorker(asio::any_io_executor pool,
                       std::size_t workers,
                       Statistics& statistics,
                       DisplaySink* sink,
                       Events events,
                       NetDrawing* net)
    : pool_(std::move(pool)),
      statistics_(statistics),
      sink_(sink),
      events_(std::move(events)),
      net_(net),
      early_(workers) {}

void DrawWorker::post(DrawJob&& job) {
    queue(std::move(job));
    begin();
}

void DrawWorker::begin() {
    arrived_.reset();
    std::unique_lock lock{mutex_};
    if (inbox_.empty()) return;
    schedule(std::move(lock));
    call_helpers();
}

void DrawWorker::begin_or_draw() {
    const LocalTime now = io::now();
    if (!take_turn(now)) return begin();
    arrived_.reset();
    run();
    net_->took(io::now() - now);
}

/// Whether the caller is to draw what has come.
bool DrawWorker::take_turn(LocalTime now) {
    const std::lock_guard lock{mutex_};
    const bool nothing_else = !running_ && !awaiting_ && queued_ == inbox_.size() && !laden_;
    if (net_ == nullptr || inbox_.empty() || !nothing_else || !inbox_cost_) return false;
    running_ = net_->may_take(*inbox_cost_, now);
    return running_;
}

void DrawWorker::queue(DrawJob&& job) {
    const std::uint8_t display = job.display;
    const std::lock_guard lock{mutex_};
    if (spare_.empty()) spare_.emplace_back();
    Queued& queued = spare_.front();
    queued.job = std::move(job);
    queued.job.cost_bytes += sizeof(Queued);
    if (!arrived_) arrived_ = io::now();
    queued.arrived = *arrived_;
    // Drawing that has nothing else to do comes to it at once.
    const auto* message = std::get_if<wire::DisplayMessage>(&queued.job.work);
    const bool early = message != nullptr && queued_ > 0;
    if (early) queued.image = early_.add(*message, queued.job.keep_alive);
    std::size_t& bytes = queued_bytes_[display];
    bytes += queued.job.cost_bytes;
    if (bytes > max_draw_queue_bytes) crowded_ = true;
    inbox_cost_ = inbox_cost_ && queued.job.cost ? std::optional{*inbox_cost_ + *queued.job.cost}
                                                 : std::nullopt;
    ++queued_;
    if (queued.job.serial) seen_[display] = *queued.job.serial;
    if (std::holds_alternative<ResetDisplay>(queued.job.work)) seen_.erase(display);
    inbox_.splice(inbox_.end(), spare_, spare_.begin());
}

void DrawWorker::saw(std::uint8_t display, Serial serial) {
    std::unique_lock lock{mutex_};
    seen_[display] = serial;
    // A blocked head may wait for just this; a busy worker looks by itself.
    if (queued_ > 0) schedule(std::move(lock));
}

bool DrawWorker::full(std::uint8_t display) const {
    if (!crowded_) return false;
    const std::lock_guard lock{mutex_};
    const auto bytes = queued_bytes_.find(display);
    const bool is_full =
        !closing_ && bytes != queued_bytes_.end() && bytes->second > max_draw_queue_bytes;
    progress_wanted_ |= is_full;
    return is_full;
}

void DrawWorker::close() {
    std::unique_lock lock{mutex_};
    closing_ = true;
    schedule(std::move(lock));
}

bool DrawWorker::idle() const {
    const std::lock_guard lock{mutex_};
    const bool is_idle = !running_ && !awaiting_ && inbox_.empty() && early_.idle();
    progress_wanted_ |= !is_idle;
    return is_idle;
}

/// What waits for an image goes on when that is decoded, and then sees the rest. Unlocks: the
/// worker that is woken looks at the inbox first.
void DrawWorker::schedule(std::unique_lock<std::mutex> lock) {
    if (running_ || awaiting_) return;
    running_ = true;
    lock.unlock();
    try {
        asio::post(pool_, [self = shared_from_this()] { self->run(); });
    } catch (const std::bad_alloc&) {
        lock.lock();
        running_ = false;
        throw;
    }
}

void DrawWorker::run() noexcept {
    bool more = true;
    try {
        begin_turn();
        for (; jobs_this_turn_ < jobs_per_turn && more; ++jobs_this_turn_)
            more = run_some_job();
        const bool whole = jobs_this_turn_ == jobs_per_turn || !decoding();
        if (whole) jobs_this_turn_ = 0;
        for (auto& [id, display] : displays_) {
            if (whole) display->drawn.publish();
        }
    } catch (const std::bad_alloc&) {
        more = false;
        events_.on_failed(0, {ErrorCode::limit, "out of memory while drawing"});
    }
    end_turn(more);
    call_helpers(); // this worker may be one
    tell_progress();
}

void DrawWorker::tell_progress() {
    {
        const std::lock_guard lock{mutex_};
        if (!std::exchange(progress_wanted_, false)) return;
    }
    events_.on_progress();
}

/// A turn that had to wait for an image goes on with what it had: its updates shall not wait for
/// what arrived meanwhile.
void DrawWorker::begin_turn() {
    {
        const std::lock_guard lock{mutex_};
        woken_ = false;
    }
    if (!decoding()) take_inbox();
}

void DrawWorker::end_turn(bool more) {
    settle();
    const bool laden = std::any_of(displays_.begin(), displays_.end(), [](const auto& entry) {
        return entry.second->drawn.laden();
    });
    std::unique_lock lock{mutex_};
    laden_ = laden;
    running_ = false;
    if (!more && decoding()) {
        if (!woken_) awaiting_ = true;
        if (woken_) schedule(std::move(lock));
        return;
    }
    // As a new job: other sessions get their turn. Who was told to close must look again.
    if (more || !inbox_.empty() || (closing_ && patient_)) schedule(std::move(lock));
}

bool DrawWorker::decoding() const {
    return std::any_of(displays_.begin(), displays_.end(), [](const auto& entry) {
        return entry.second->decoding;
    });
}

/// Decodes an image; and draws it, if that is what drawing waits for.
void DrawWorker::help() {
    const bool awaited = early_.help();
    bool draw = false;
    if (awaited) {
        const std::lock_guard lock{mutex_};
        woken_ = true;
        draw = std::exchange(awaiting_, false);
        if (draw) running_ = true;
    }
    early_.dismiss();
    call_helpers();
    if (draw) {
        run();
    } else {
        tell_progress();
    }
}

/// A job for each image: other sessions, and the decoders of streams, get their turn. Without
/// memory for one, drawing does with fewer.
void DrawWorker::call_helpers() {
    bool drawing_waits = false;
    {
        const std::lock_guard lock{mutex_};
        drawing_waits = awaiting_;
    }
    while (early_.engage(drawing_waits)) {
        try {
            asio::post(pool_, [self = shared_from_this()] { self->help(); });
        } catch (const std::bad_alloc&) {
            early_.disengage();
            return;
        }
    }
}

void DrawWorker::take_inbox() {
    std::list<Queued> taken;
    {
        const std::lock_guard lock{mutex_};
        taken.swap(inbox_);
        inbox_cost_ = Duration{};
        patient_ = !closing_;
        seen_before_ = seen_;
    }
    while (!taken.empty()) {
        const DrawJob& job = taken.front().job;
        if (const auto* opened = std::get_if<OpenDisplay>(&job.work))
            open(job.display, opened->server);
        const auto display = displays_.find(job.display);
        if (display == displays_.end()) { // a frame that was due after the end of its channel
            drop(taken.front());
            taken.pop_front();
            continue;
        }
        if (std::holds_alternative<ResetDisplay>(job.work)) display->second->last_seen = Serial{0};
        if (ends_server(job)) ++display->second->ends_queued;
        std::list<Queued>& jobs = display->second->jobs;
        jobs.splice(jobs.end(), taken, taken.begin());
    }
    for (const auto& [id, serial] : seen_before_) {
        if (const auto display = displays_.find(id); display != displays_.end())
            display->second->last_seen = serial;
    }
}

void DrawWorker::drop(const Queued& queued) {
    if (const auto* picture = std::get_if<ShowPicture>(&queued.job.work))
        events_.on_not_shown(picture->frame);
    finished(queued);
}

void DrawWorker::finished(const Queued& queued) {
    early_.release(queued.image);
    if (queued.image) call_helpers(); // there is room now
    finished_bytes_[queued.job.display] += queued.job.cost_bytes;
    ++finished_;
    if (!std::holds_alternative<CloseDisplay>(queued.job.work)) return;
    const std::lock_guard lock{mutex_};
    seen_.erase(queued.job.display);
}

/// What is finished is queued no more. Not at once: the lock is the net thread's as well.
void DrawWorker::settle() {
    if (finished_ == 0) return;
    {
        const std::lock_guard lock{mutex_};
        for (auto& [id, bytes] : finished_bytes_)
            queued_bytes_[id] -= std::exchange(bytes, 0);
        crowded_ = std::any_of(queued_bytes_.begin(), queued_bytes_.end(), [](const auto& entry) {
            return entry.second > max_draw_queue_bytes;
        });
        queued_ -= std::exchange(finished_, 0);
        while (!emptied_.empty() && spare_.size() < max_spare)
            spare_.splice(spare_.end(), emptied_, emptied_.begin());
    }
    emptied_.clear();
}

/// Runs the first job that need not wait; false if there is none.
bool DrawWorker::run_some_job() {
    for (auto& [id, display] : displays_) {
        if (display->jobs.empty() ||
            execute(id, *display, display->jobs.front()) == Outcome::blocked)
            continue;
        std::list<Queued> done;
        done.splice(done.end(), display->jobs, display->jobs.begin());
        const Queued& queued = done.front();
        if (ends_server(queued.job)) --display->ends_queued;
        if (std::holds_alternative<CloseDisplay>(queued.job.work)) {
            for (const Queued& late : display->jobs)
                drop(late);
            displays_.erase(queued.job.display);
        }
        finished(queued);
        done.front() = {};
        emptied_.splice(emptied_.end(), done);
        return true;
    }
    return false;
}

DrawWorker::Outcome DrawWorker::execute(std::uint8_t id, Display& display, const Queued& queued) {
    display.decoding = false; // as far as is known before its image is looked at
    const DrawJob& job = queued.job;
    if (!satisfied(id, job.wait) && patient(id, display)) return Outcome::blocked;
    if (std::holds_alternative<wire::DisplayMessage>(job.work)) return draw(id, display, queued);
    if (const auto* picture = std::get_if<ShowPicture>(&job.work)) {
        display.drawn.show(*picture);
    } else if (const auto* other = std::get_if<ResetDisplay>(&job.work)) {
        display.drawn.reset(images_of(other->server));
    } else if (std::holds_alternative<CloseDisplay>(job.work)) {
        display.drawn.close();
    }
    return Outcome::done;
}

/// A server that has sent this much behind a message that waits will not send what it waits for.
/// Nor does one that the session has left.
bool DrawWorker::patient(std::uint8_t id, const Display& display) {
    settle();
    return patient_ && !full(id) && display.ends_queued == 0;
}

DrawWorker::Outcome DrawWorker::draw(std::uint8_t id, Display& display, const Queued& queued) {
    display.decoding = !early_.claim(queued.image);
    if (display.decoding) return Outcome::blocked;
    // A display alone waits for nobody: no other channel can bring what is missing.
    const bool waits = displays_.size() > 1 && patient(id, display);
    return display.drawn.draw(std::get<wire::DisplayMessage>(queued.job.work),
                              {queued.arrived, early_.decoded(queued.image), waits});
}

void DrawWorker::open(std::uint8_t id, std::uint64_t server) {
    if (displays_.contains(id)) return; // it has moved here from another server
    const DrawnDisplay::Parts parts{id, statistics_, sink_, events_};
    displays_.emplace(id, std::make_unique<Display>(Display{{parts, images_of(server)}}));
}

/// The displays of one server share one cache; those that are still at an older one keep its.
const std::shared_ptr<image::ImageCache>& DrawWorker::images_of(std::uint64_t server) {
    if (!images_ || server > server_) images_ = std::make_shared<image::ImageCache>();
    server_ = std::max(server_, server);
    return images_;
}

bool DrawWorker::satisfied(std::uint8_t own, const std::vector<wire::WaitFor>& wait) const {
    return std::all_of(wait.begin(), wait.end(), [&](const wire::WaitFor& entry) {
        // Only display channels share state that drawing depends on, and nobody waits for itself.
        if (entry.channel.type != SPICE_CHANNEL_DISPLAY || entry.channel.id == own) return true;
        const auto found = displays_.find(entry.channel.id);
        if (found == displays_.end()) return true; // closed, or never opened
        const Display& other = *found->second;
        const auto unfinished =
            std::find_if(other.jobs.begin(), other.jobs.end(), [](const Queued& queued) {
                return queued.job.serial.has_value();
            });
        return unfinished == other.jobs.end() ? other.last_seen >= entry.serial
                                              : *unfinished->job.serial > entry.serial;
    });
}

} // namespace sumac::client
