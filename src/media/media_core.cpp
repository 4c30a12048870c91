#include "media/media_core.h"

#include "base/check.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sumac::media {

void MediaCore::stream_created(const NewStream& stream, LocalTime now) {
    latest_ = std::max(latest_, now);
    const auto [entry, inserted] = streams_.try_emplace(stream.key, stream);
    CHECK(inserted);
    Stream& created = entry->second;
    const auto before = stream.continues ? streams_.find(*stream.continues) : streams_.end();
    if (before != streams_.end()) created.playout.continue_from(before->second.playout, latest_);
}

void MediaCore::frame_received(StreamKey key, FrameId frame, std::uint32_t mm_time, LocalTime now) {
    latest_ = std::max(latest_, now);
    Stream& of = stream(key);
    const auto arrival = of.timeline.arrive(mm_time, latest_);
    if (arrival.epoch) note_epoch(key, *arrival.epoch, mm_time);
    clock_.frame(mm_time, latest_);
    look(of);
    of.playout.add(frame, arrival.position, arrival.behind, latest_);
    if (of.backlog) of.backlog->arrived(latest_);

    const bool sound = clock_.source(latest_) == ClockSource::playback;
    const auto sound_lateness = sound ? std::optional{regulator_.lateness()} : std::nullopt;
    const auto report = of.reporter.arrived(mm_time, arrival.lateness, sound_lateness, latest_);
    if (report) noted_.emplace_back(SendReport{of.made.display, key, *report});
}

void MediaCore::frame_decoded(StreamKey key, FrameId frame, LocalTime now) {
    latest_ = std::max(latest_, now);
    const auto of = streams_.find(key);
    if (of == streams_.end()) return;
    if (of->second.backlog) of->second.backlog->answered(latest_);
    const auto position = of->second.playout.decoded(frame);
    if (position) of->second.timeline.decoded(*position, latest_);
}

void MediaCore::frame_undecodable(StreamKey key, FrameId frame, LocalTime now) {
    latest_ = std::max(latest_, now);
    const auto of = streams_.find(key);
    if (of == streams_.end()) return;
    if (of->second.backlog) of->second.backlog->answered(latest_);
    of->second.playout.undecodable(frame);
}

void MediaCore::stream_destroyed(StreamKey key, LocalTime now) {
    latest_ = std::max(latest_, now);
    stream(key).destroyed = true;
    forget_finished();
}

void MediaCore::covered(StreamKey key, LocalTime now) {
    latest_ = std::max(latest_, now);
    const auto of = streams_.find(key);
    if (of == streams_.end()) return;
    Stream& covered = of->second;
    covered.playout.flush();
    // Drawing does not wait for a decoder that is far behind.
    if (!covered.backlog || covered.backlog->behind(latest_) <= Playout::decoder_patience) return;
    const std::size_t noted = noted_.size();
    covered.playout.abandon_undecoded(key, noted_);
    for (std::size_t i = noted; i < noted_.size(); ++i)
        tell_reporter(noted_[i]);
}

std::size_t MediaCore::waiting(StreamKey key) const {
    const auto of = streams_.find(key);
    return of == streams_.end() ? 0 : of->second.playout.waiting();
}

void MediaCore::report_activated(StreamKey key, const ReportTerms& terms) {
    stream(key).reporter.activate(terms);
}

void MediaCore::report_invalid(StreamKey key) {
    const NewStream& made = stream(key).made;
    if (made.id.value >= StreamReporter::max_streams) return;
    noted_.emplace_back(SendReport{made.display, key, invalid_stream_report(made.id)});
}

void MediaCore::main_clock(std::uint32_t mm_time, LocalTime now) {
    latest_ = std::max(latest_, now);
    note_epoch({}, clock_.main(mm_time, latest_), mm_time);
}

void MediaCore::playback_started(std::uint32_t mm_time, LocalTime now) {
    latest_ = std::max(latest_, now);
    note_epoch({}, clock_.playback(mm_time, latest_), mm_time);
    clock_.playback_started();
    regulator_.started();
}

void MediaCore::playback_packet(std::uint32_t mm_time, LocalTime now) {
    latest_ = std::max(latest_, now);
    note_epoch({}, clock_.playback(mm_time, latest_), mm_time);
    regulator_.packet(mm_time, latest_);
}

void MediaCore::playback_stopped(LocalTime now) {
    latest_ = std::max(latest_, now);
    regulator_.stopped();
}

void MediaCore::heard(const Heard& heard, LocalTime now) {
    latest_ = std::max(latest_, now);
    clock_.heard(heard, latest_);
}

void MediaCore::playback_latency(std::uint32_t ms) {
    regulator_.wish(std::chrono::milliseconds{ms});
}

AudioRegulator::Advice MediaCore::regulate_audio(Duration buffered, LocalTime now) {
    latest_ = std::max(latest_, now);
    regulator_.video_needs(sound_that_video_needs());
    return regulator_.regulate(buffered, latest_);
}

void MediaCore::server_changed(LocalTime now) {
    latest_ = std::max(latest_, now);
    clock_.expect_epoch();
    for (auto& [key, of] : streams_)
        of.timeline.expect_epoch();
}

void MediaCore::session_closed(LocalTime now) {
    latest_ = std::max(latest_, now);
    for (auto& [key, of] : streams_)
        of.playout.close(key, noted_);
    forget_finished();
}

std::optional<LocalTime> MediaCore::next_deadline() const {
    if (!noted_.empty()) return latest_;
    std::optional<LocalTime> next;
    for (const auto& [key, of] : streams_) {
        const auto deadline = next_deadline(of);
        if (!deadline) continue;
        next = next ? std::min(*next, *deadline) : *deadline;
    }
    return next;
}

std::vector<Decision> MediaCore::step(LocalTime now) {
    latest_ = std::max(latest_, now);
    std::vector<Decision> decisions = std::exchange(noted_, {});
    const std::size_t noted = decisions.size();
    for (auto& [key, of] : streams_) {
        if (of.playout.waiting() == 0) continue;
        look(of);
        if (let_predecessor_finish(of, decisions)) of.playout.step(key, latest_, decisions);
    }
    for (std::size_t i = noted; i < decisions.size(); ++i)
        tell_reporter(decisions[i]);
    give_up_hopeless(decisions);
    forget_finished();
    return decisions;
}

Playout* MediaCore::predecessor(const Stream& of) {
    const auto before = of.made.continues ? streams_.find(*of.made.continues) : streams_.end();
    return before != streams_.end() ? &before->second.playout : nullptr;
}

/// A frame of ours that is due makes all of the stream before us due. True once none of them waits.
bool MediaCore::let_predecessor_finish(const Stream& of, std::vector<Decision>& decisions) {
    Playout* const before = predecessor(of);
    if (!before) return true;
    const auto overdue = of.playout.overdue(latest_);
    if (overdue) before->flush();
    if (overdue >= predecessor_patience) before->abandon_undecoded(*of.made.continues, decisions);
    before->step(*of.made.continues, latest_, decisions);
    return before->waiting() == 0;
}

std::optional<LocalTime> MediaCore::next_deadline(const Stream& of) const {
    const auto deadline = of.playout.next_deadline(latest_);
    const bool held_back = of.made.continues && waiting(*of.made.continues) > 0;
    if (!deadline || !held_back) return deadline;
    const auto overdue = of.playout.overdue(latest_);
    if (!overdue) return deadline;
    // The stream before us waits for its decoder, whose news will come as an input, or never.
    return latest_ + std::max(predecessor_patience - *overdue, Duration{0});
}

void MediaCore::tell_reporter(const Decision& decision) {
    if (const auto* const skip = std::get_if<Skip>(&decision)) {
        const bool ours =
            skip->reason == SkipReason::decoder_behind || skip->reason == SkipReason::undecodable;
        if (ours) stream(skip->stream).reporter.dropped_here();
    } else if (const auto* const present = std::get_if<Present>(&decision)) {
        if (present->decoder_late) stream(present->stream).reporter.dropped_here();
    }
}

void MediaCore::give_up_hopeless(std::vector<Decision>& decisions) {
    for (auto& [key, of] : streams_) {
        if (of.destroyed || of.given_up || !of.backlog || !of.backlog->hopeless()) continue;
        of.given_up = true;
        decisions.emplace_back(GiveUp{key});
    }
}

void MediaCore::look(Stream& of) {
    Outlook outlook{.least_transit = of.timeline.least_transit(),
                    .jitter = of.timeline.jitter(),
                    .clock = offset_of_sound(of),
                    .sound_buffered = clock_.buffered()};
    of.playout.look(outlook, latest_);
}

std::optional<Duration> MediaCore::offset_of_sound(const Stream& of) const {
    const auto& mark = of.timeline.newest();
    if (!mark) return {};
    const auto due = clock_.due(mark->mm_time, latest_);
    if (!due) return {};
    return *due - mark->position;
}

/// With so much sound buffered, it is heard when most of the frames with its stamps are decoded.
Duration MediaCore::sound_that_video_needs() const {
    Duration needed{0};
    for (const auto& [key, of] : streams_) {
        const auto sound = offset_of_sound(of);
        if (of.destroyed || !sound || !of.playout.clock_agrees()) continue;
        const Duration early = of.timeline.least_transit() + of.timeline.jitter() - *sound;
        needed = std::max(needed, regulator_.level() + early);
    }
    return needed;
}

void MediaCore::note_epoch(std::optional<StreamKey> key,
                           std::optional<EpochCause> cause,
                           std::uint32_t mm_time) {
    if (cause) noted_.emplace_back(EpochStarted{key, *cause, mm_time});
}

void MediaCore::forget_finished() {
    std::erase_if(streams_, [](const auto& entry) {
        return entry.second.destroyed && entry.second.playout.waiting() == 0;
    });
}

MediaCore::Stream& MediaCore::stream(StreamKey key) {
    const auto found = streams_.find(key);
    CHECK(found != streams_.end());
    return found->second;
}

MediaCore::ClockStatus MediaCore::clock_status() const {
    return {clock_.source(latest_), clock_.epochs(), clock_.drift_ppm()};
}

MediaCore::AudioStatus MediaCore::audio_status() const {
    return {regulator_.underruns(), regulator_.target_in_force()};
}

std::optional<LocalTime> MediaCore::heard_at(std::uint32_t mm_time, LocalTime now) const {
    const auto heard = clock_.sounding(now) ? clock_.due(mm_time, now) : std::nullopt;
    if (!heard || std::chrono::abs(*heard - now) > Playout::bound) return {};
    return heard;
}

std::optional<MediaCore::StreamStatus> MediaCore::stream_status(StreamKey key) const {
    const auto of = streams_.find(key);
    if (of == streams_.end()) return {};
    const Stream& found = of->second;
    return StreamStatus{found.playout.delay(latest_),
                        found.timeline.jitter(),
                        found.timeline.epochs(),
                        found.playout.clock_agrees()};
}

} // namespace sumac::media
