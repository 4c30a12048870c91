#include "media/playout.h"

#include <algorithm>
#include <iterator>

namespace sumac::media {

void Playout::continue_from(const Playout& other, LocalTime now) {
    delay_in_force_ = std::max(other.delay(now), Duration{0});
    last_shown_ = other.last_shown_;
    continues_ = true;
}

Duration Playout::bound_now() const {
    return std::max(bound, outlook_.sound_buffered);
}

void Playout::look(const Outlook& outlook, LocalTime now) {
    outlook_ = outlook;
    const Duration least = outlook.least_transit;
    if (!started_) {
        offset_.jump(continues_ ? least + delay_in_force_ : least, now);
        started_ = true;
    }

    clock_agrees_ = false;
    if (outlook.clock) {
        const Duration asked = *outlook.clock - least;
        clock_agrees_ = std::chrono::abs(asked) <= bound_now();
        if (clock_agrees_) delay_in_force_ = std::max(asked, Duration{0});
    } else {
        delay_in_force_ = outlook.jitter;
    }
    offset_.aim(least + delay_in_force_, now);

    // Below the least transit every frame is shown on arrival: being there at once shows nothing.
    // So it is when a stream has come to be late as a whole; its delay then slews up from 0.
    if (offset_.at(now) < least) jump_to(least, now);
    if (offset_.at(now) > least + bound_now()) jump_to(least + bound_now(), now);
}

void Playout::jump_to(Duration offset, LocalTime now) {
    const Duration goal = offset_.goal();
    offset_.jump(offset, now);
    offset_.aim(goal, now);
}

void Playout::add(FrameId frame, LocalTime position, Duration behind, LocalTime now) {
    const bool late = behind > catch_up_lateness;
    frames_.push_back({.id = frame, .position = position, .arrived = now, .late = late});
    rush_ |= late && !independent_;
}

std::optional<LocalTime> Playout::decoded(FrameId frame) {
    Frame* const found = find(frame);
    if (!found || found->state != State::compressed) return {};
    found->state = State::decoded;
    return found->position;
}

void Playout::undecodable(FrameId frame) {
    Frame* const found = find(frame);
    if (found && found->state == State::compressed) found->state = State::undecodable;
}

Playout::Frame* Playout::find(FrameId id) {
    const auto found = std::lower_bound(
        frames_.begin(), frames_.end(), id, [](const Frame& f, FrameId key) { return f.id < key; });
    return found != frames_.end() && found->id == id ? &*found : nullptr;
}

void Playout::flush() {
    for (Frame& frame : frames_)
        frame.at_once = true;
}

LocalTime Playout::due(const Frame& frame, LocalTime now) const {
    if (frame.at_once) return frame.arrived;
    return std::min(frame.position + offset_.at(now), frame.arrived + bound_now());
}

bool Playout::is_due(const Frame& frame, LocalTime now) const {
    return due(frame, now) <= now;
}

/// What can be left out, is before it comes to that. What a stall made late has been counted when
/// it arrived.
bool Playout::decoder_late(const Frame& frame, LocalTime now) const {
    if (independent_ || frame.late || rush_) return false;
    return now - std::max(due(frame, now), frame.arrived) > decoder_patience;
}

/// When the front frame may follow the one before it: after half their own interval if it alone is
/// due, after less the more are due.
LocalTime Playout::spaced(LocalTime now) const {
    const Frame& front = frames_.front();
    if (!last_shown_ || front.at_once || rush_) return LocalTime::min();
    const auto not_due = std::find_if(
        frames_.begin(), frames_.end(), [&](const Frame& frame) { return !is_due(frame, now); });
    const auto due = std::distance(frames_.begin(), not_due);
    return *last_shown_ + std::min((front.position - last_position_) / (1 + due), catch_up_spacing);
}

void Playout::step(StreamKey key, LocalTime now, std::vector<Decision>& decisions) {
    drop_undecodable(key, decisions);
    skip_stalled(key, now, decisions);
    relieve_decoder(key, now, decisions);
    while (show_one(key, now, decisions)) {
    }
    limit_queue(key, now, decisions);
}

/// Shows the frame whose turn it is; false if none is due, decoded and far enough from the last.
bool Playout::show_one(StreamKey key, LocalTime now, std::vector<Decision>& decisions) {
    if (frames_.empty()) return false;
    if (frames_.front().at_once) {
        if (frames_.front().state != State::decoded) return false;
        show_front(key, now, decisions);
        return true;
    }
    if (!is_due(frames_.front(), now)) return false; // nor is any behind it
    const auto newest = std::find_if(frames_.rbegin(), frames_.rend(), [&](const Frame& frame) {
        return frame.state == State::decoded && is_due(frame, now);
    });
    if (newest == frames_.rend()) return false;
    const auto older = static_cast<std::size_t>(std::distance(newest, frames_.rend())) - 1;
    // Decoding is in order: what is not decoded before a decoded one never will be.
    const bool hole = std::any_of(frames_.begin(),
                                  std::prev(newest.base()),
                                  [](const Frame& frame) { return frame.state != State::decoded; });
    const Duration lateness = now - due(frames_.front(), now);
    if (hole || older >= catch_up_frames || lateness > catch_up_lateness) {
        for (std::size_t i = 0; i < older; ++i)
            skip(0, key, SkipReason::superseded, decisions);
        if (older > 0) {
            show_front(key, now, decisions);
            return true;
        }
    }
    if (now < spaced(now)) return false;
    show_front(key, now, decisions);
    return true;
}

void Playout::show_front(StreamKey key, LocalTime now, std::vector<Decision>& decisions) {
    const Frame& frame = frames_.front();
    decisions.emplace_back(Present{frame.id, key, due(frame, now), decoder_late(frame, now)});
    last_shown_ = now;
    last_position_ = frame.position;
    stall_began_.reset();
    frames_.pop_front();
    rush_ = rush_ && !frames_.empty() && is_due(frames_.front(), now);
}

void Playout::skip(std::size_t index,
                   StreamKey key,
                   SkipReason reason,
                   std::vector<Decision>& decisions) {
    decisions.emplace_back(Skip{frames_[index].id, key, reason});
    frames_.erase(frames_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Playout::drop_undecodable(StreamKey key, std::vector<Decision>& decisions) {
    for (std::size_t i = 0; i < frames_.size();) {
        if (frames_[i].state == State::undecodable) {
            skip(i, key, SkipReason::undecodable, decisions);
        } else {
            ++i;
        }
    }
}

/// Of frames that a stall has held up, only the newest is worth decoding, and so it is with those
/// that come behind them while nothing is shown. Not for ever: if every frame looks held up, some
/// must be shown all the same.
void Playout::skip_stalled(StreamKey key, LocalTime now, std::vector<Decision>& decisions) {
    if (!independent_ || (stall_began_ && now - *stall_began_ > stall_patience)) return;
    for (std::size_t i = 0; i + 1 < frames_.size();) {
        const Frame& frame = frames_[i];
        const bool give_up = (frame.late || stall_began_) && frame.state == State::compressed &&
                             !frame.at_once && is_due(frames_[i + 1], now);
        if (!give_up) {
            ++i;
            continue;
        }
        if (!stall_began_) stall_began_ = now;
        skip(i, key, SkipReason::superseded, decisions);
    }
}

/// The oldest is with the decoder and will come; of those behind it the ones that should have been
/// shown long ago are given up, so that the delay does not grow.
void Playout::relieve_decoder(StreamKey key, LocalTime now, std::vector<Decision>& decisions) {
    if (!independent_) return;
    std::size_t i = 0;
    while (i < frames_.size() && frames_[i].state == State::decoded)
        ++i;
    ++i;
    while (i + 1 < frames_.size()) {
        const Frame& frame = frames_[i];
        const bool give_up = frame.state == State::compressed && !frame.at_once &&
                             now - due(frame, now) > decoder_patience &&
                             is_due(frames_[i + 1], now);
        if (!give_up) return;
        skip(i, key, SkipReason::decoder_behind, decisions);
    }
}

void Playout::limit_queue(StreamKey key, LocalTime now, std::vector<Decision>& decisions) {
    while (frames_.size() > max_frames) {
        if (frames_.front().state == State::decoded) {
            show_front(key, now, decisions);
        } else {
            // A stall may have held up as many: where none can be left out, no drop is reported.
            skip(1,
                 key,
                 independent_ ? SkipReason::decoder_behind : SkipReason::superseded,
                 decisions);
        }
    }
}

std::optional<LocalTime> Playout::next_deadline(LocalTime now) const {
    const auto ready = std::find_if(frames_.begin(), frames_.end(), [](const Frame& frame) {
        return frame.state != State::compressed;
    });
    if (ready == frames_.end()) return {};
    if (ready->state == State::undecodable) return now;
    if (ready->at_once) return ready == frames_.begin() ? std::optional{now} : std::nullopt;
    const LocalTime due =
        std::min(offset_.crossing(ready->position, now), ready->arrived + bound_now());
    return ready == frames_.begin() ? std::max(due, spaced(now)) : due;
}

std::optional<Duration> Playout::overdue(LocalTime now) const {
    const auto ready = std::find_if(frames_.begin(), frames_.end(), [](const Frame& frame) {
        return frame.state == State::decoded;
    });
    if (ready == frames_.end() || !is_due(*ready, now)) return {};
    return now - due(*ready, now);
}

void Playout::abandon_undecoded(StreamKey key, std::vector<Decision>& decisions) {
    for (std::size_t i = 0; i < frames_.size();) {
        if (frames_[i].state == State::compressed) {
            skip(i, key, SkipReason::decoder_behind, decisions);
        } else {
            ++i;
        }
    }
}

void Playout::close(StreamKey key, std::vector<Decision>& decisions) {
    while (!frames_.empty())
        skip(0, key, SkipReason::session_closed, decisions);
}

} // namespace sumac::media
