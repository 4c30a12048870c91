#include "recorder.h"

#include <pthread.h>

#include <utility>

namespace sumac::tool {

Recorder::Recorder(Options options, NowFunction now, std::function<void()> on_news)
    : options_(std::move(options)),
      now_(now),
      queue_(options_.queue_bytes),
      recording_(options_.path, options_.codec, options_.sound),
      encoder_([this, news = std::move(on_news)] { encode_all(news); }) {}

Recorder::~Recorder() {
    queue_.close();
}

void Recorder::on_display_created(std::uint32_t display, Size size) {
    if (display != options_.display) return;
    const LocalTime now = now_();
    {
        const std::lock_guard lock{mutex_};
        if (!progress_.since) progress_.since = now;
    }
    queue_.push(DisplayCreated{size, now});
}

// The last picture stays, as it does on a screen.
void Recorder::on_display_destroyed(std::uint32_t /*display*/) {}

void Recorder::on_update(const DisplayUpdate& update) {
    if (update.display != options_.display) return;
    PictureChanged change{queue_.take_spare(), update.at};
    copy_damage(update.picture, update.damage, change.patch);
    queue_.push(std::move(change));
}

void Recorder::on_sound(const SoundView& sound) {
    queue_.offer({{sound.samples.begin(), sound.samples.end()}, sound.heard});
}

Recorder::Progress Recorder::progress() const {
    const std::lock_guard lock{mutex_};
    Progress progress = progress_;
    progress.queue = queue_.fill();
    return progress;
}

Recorder::Progress Recorder::finish(LocalTime end) {
    queue_.close();
    if (encoder_.joinable()) encoder_.join();
    const auto finished = recording_.finish(end);
    publish(finished ? std::nullopt : std::optional{finished.error()});
    return progress();
}

void Recorder::encode_all(const std::function<void()>& on_news) {
    pthread_setname_np(pthread_self(), "encode");
    std::size_t files = 0;
    while (auto change = queue_.pop()) {
        const auto recorded = record(*change);
        if (recorded && recording_.files().size() == files) {
            publish(std::nullopt);
            continue;
        }
        files = recording_.files().size();
        publish(recorded ? std::nullopt : std::optional{recorded.error()});
        if (!recorded) queue_.close();
        on_news();
        if (!recorded) return;
    }
}

Result<Done, Failure> Recorder::record(Change& change) {
    if (const auto* created = std::get_if<DisplayCreated>(&change)) {
        return recording_.on_display_created(*created);
    }
    if (const auto* sound = std::get_if<SoundHeard>(&change)) return recording_.on_sound(*sound);
    if (std::holds_alternative<Quiet>(change)) return recording_.on_quiet(now_());
    auto& picture = std::get<PictureChanged>(change);
    auto recorded = recording_.on_picture(picture);
    queue_.give_spare(std::move(picture.patch));
    return recorded;
}

void Recorder::publish(const std::optional<Failure>& failure) {
    const std::lock_guard lock{mutex_};
    progress_.pictures = recording_.pictures();
    progress_.bytes = recording_.bytes();
    if (progress_.files.size() != recording_.files().size()) progress_.files = recording_.files();
    // The first failure is the cause of the others.
    if (!progress_.failure) progress_.failure = failure;
}

} // namespace sumac::tool
