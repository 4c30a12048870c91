#include "lane.h"

#include "base/check.h"

#include <algorithm>

namespace sumac::faultproxy {

namespace {

/// A limited rate sends this many times a second: smooth for a viewer, cheap for us.
constexpr std::uint64_t slices_per_second = 100;

Duration time_for(std::size_t bytes, std::uint64_t bytes_per_second) {
    const double seconds = static_cast<double>(bytes) / static_cast<double>(bytes_per_second);
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>{seconds});
}

} // namespace

void Lane::push(std::vector<std::byte> bytes, const Weather& weather, LocalTime now) {
    CHECK(!cut_behind_ && !ended_);
    if (bytes.empty()) return;
    Duration delay = weather.delay;
    if (weather.jitter > Duration{0}) {
        if (!random_) random_.emplace(weather.seed);
        delay += Duration{
            std::uniform_int_distribution<Duration::rep>{0, weather.jitter.count()}(*random_)};
    }
    last_due_ = std::max(last_due_, now + delay);
    waiting_ += bytes.size();
    queue_.push_back({std::move(bytes), last_due_});
}

bool Lane::has_room(const Weather& weather) const {
    const bool delayed = weather.delay > Duration{0} || weather.jitter > Duration{0};
    return waiting_ < (delayed ? room_for_delay : room);
}

LaneStep Lane::next(const Weather& weather, LocalTime now) const {
    if (weather.cut_at && sent_ >= *weather.cut_at) return CutNow{};
    if (queue_.empty()) {
        if (cut_behind_) return CutNow{};
        if (ended_) return LaneEnded{};
        return WaitUntil{};
    }
    if (weather.stalled) return WaitUntil{};
    const LocalTime limited = weather.rate ? rate_allows_ : LocalTime::min();
    const LocalTime due = std::max(queue_.front().due, limited);
    if (due > now) return WaitUntil{due};
    Bytes bytes = Bytes{queue_.front().bytes}.subspan(front_sent_);
    std::uint64_t most = bytes.size();
    if (weather.rate)
        most = std::min(most, std::max<std::uint64_t>(1, *weather.rate / slices_per_second));
    if (weather.cut_at) most = std::min(most, *weather.cut_at - sent_);
    return SendNow{bytes.first(most)};
}

void Lane::sent(std::size_t count, const Weather& weather, LocalTime now) {
    CHECK(!queue_.empty() && count <= queue_.front().bytes.size() - front_sent_);
    sent_ += count;
    waiting_ -= count;
    front_sent_ += count;
    if (weather.rate) rate_allows_ = std::max(rate_allows_, now) + time_for(count, *weather.rate);
    if (front_sent_ < queue_.front().bytes.size()) return;
    queue_.pop_front();
    front_sent_ = 0;
}

} // namespace sumac::faultproxy
