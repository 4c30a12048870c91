/// The rules of doc/media-time.md as properties over random schedules.
#include "schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace sumac::test {
namespace {

/// Milliseconds of a quartz tick, of rounding and of a turn.
constexpr Duration grain = 4ms;

/// R1, R2 (every frame has one outcome), R3, R6 and the bounds of R9, whatever comes.
void check_always(const SimWorld<>& world, std::uint64_t most_turns) {
    RC_ASSERT(world.errors().empty());
    RC_ASSERT(world.turns() < most_turns);
    std::map<std::size_t, LocalTime> last_shown;
    std::map<std::size_t, std::uint64_t> last_id;
    bool one_outcome = true;
    bool in_time = true;
    bool in_order = true;
    constexpr Duration most = media::Playout::bound;
    // While catching up, and behind a stream that this one continues.
    constexpr Duration slack = media::Playout::catch_up_spacing * media::Playout::catch_up_frames +
                               media::MediaCore::predecessor_patience;
    for (const SimFrame& frame : world.frames()) {
        one_outcome &= frame.presented.has_value() != frame.skipped.has_value();
        if (!frame.presented) continue;
        in_time &= *frame.due <= frame.arrived + most;
        in_time &= *frame.presented >= *frame.decoded;
        in_time &= *frame.presented <= std::max(*frame.decoded, frame.arrived + most) + slack;
    }
    for (const FrameId id : world.shown()) {
        const SimFrame& frame = world.frames()[id.value - 1];
        in_order &= id.value > last_id[frame.stream];
        in_order &= *frame.presented >= last_shown[frame.stream];
        last_id[frame.stream] = id.value;
        last_shown[frame.stream] = *frame.presented;
    }
    RC_ASSERT(one_outcome);
    RC_ASSERT(in_time);
    RC_ASSERT(in_order);
}

RC_GTEST_PROP(Rules, R1R3R6NoFrameWaitsLongerThanTheBoundAndOrderIsKeptWhateverComes, ()) {
    const Schedule schedule = *whole_range(everything, 5, false);
    Player player{schedule};
    player.play();
    player.world.drain();
    check_always(player.world, 20'000);
    // A decoder that has time to spare is never given up, whatever it is held up by.
    if (schedule.decode_ms * schedule.fps <= 800) RC_ASSERT(player.world.given_up().empty());
}

/// R2: with a network and a decoder that keep up, no clock whatever costs a frame.
RC_GTEST_PROP(Rules, R2NoFrameIsLostByAnyClock, ()) {
    const Schedule schedule = *whole_range(mischief, 5, true);
    Player player{schedule};
    player.play();
    player.world.drain();
    RC_ASSERT(player.world.lost() == 0);
    RC_ASSERT(player.world.waiting() == 0);
    RC_ASSERT(std::is_sorted(player.world.shown().begin(), player.world.shown().end()));
}

/// Steps that no one can tell from delay: back, but the stamps still advance; ahead, but no further
/// than jitter explains.
Duration hidden_steps(const SimWorld<>& world, const Schedule& schedule) {
    const Duration explained = schedule.jitter_ms * 1ms + media::StreamTimeline::early_tolerance;
    Duration hidden{0};
    for (std::size_t i = 1; i < world.frames().size(); ++i) {
        const Duration step = (world.frames()[i].clock - world.frames()[i - 1].clock) * 1ms;
        if (step >= -(world.interval(0) + 1ms) && step <= explained + 1ms)
            hidden += std::chrono::abs(step);
    }
    return hidden;
}

/// At the wrap one honest stamp in 2^32 is 0, which says nothing.
bool all_stamped(const SimWorld<>& world) {
    const auto& frames = world.frames();
    return std::none_of(
        frames.begin(), frames.end(), [](const SimFrame& frame) { return frame.mm_time == 0; });
}

/// R1, R10: nor does it, or sound that comes and goes, show a gap of more than two intervals.
RC_GTEST_PROP(Rules, R10NoGapAboveTwoFrameIntervalsWhateverClocksAndSoundDo, ()) {
    const Schedule schedule = *whole_range(mischief, 5, true);
    Player player{schedule};
    player.play();
    const Duration hidden = hidden_steps(player.world, schedule);
    // Slewing at its fastest stretches them by a half, as it does the interval.
    RC_ASSERT(player.world.longest_gap(0) <= 2 * player.world.interval(0) + grain + hidden * 3 / 2);
}

/// R4, R5: in time with the sound at most 1 s after the last word about clocks.
RC_GTEST_PROP(Rules, R4R5SoundAndPictureAreTogetherWithinASecondOfTheLastClockUpdate, ()) {
    Schedule schedule =
        *whole_range({K::frames_jump, K::clock_jumps, K::both_jump, K::server_changed}, 2, true);
    if (schedule.sound_ms == 0) schedule.sound_ms = 90;
    Player player{schedule};
    player.world.device_noise(4ms);
    player.play();
    // Whatever they disagreed about: both take over the clock of one new server.
    player.world.agree_again(std::chrono::milliseconds{schedule.acts.front().amount_ms});
    // The sound of the new clock is heard when what was buffered before it is played.
    const LocalTime last_update = player.world.now() + schedule.sound_ms * 1ms;
    player.world.run_for(schedule.sound_ms * 1ms + 1500ms);
    const LocalTime end = player.world.now();
    RC_PRE(all_stamped(player.world));
    const auto skew = player.world.skew_p95(last_update + 1s, end);
    RC_ASSERT(skew.has_value());
    RC_ASSERT(*skew <= 20ms);
}

/// R7: on a healthy network the reports are those of a healthy network.
RC_GTEST_PROP(Rules, R7ClocksNeverLookLikeLateness, ()) {
    const Schedule schedule = *whole_range(mischief, 5, true);
    Player player{schedule};
    player.play();
    const Duration hidden = hidden_steps(player.world, schedule);
    RC_PRE(hidden < 300ms);
    RC_PRE(all_stamped(player.world)); // else what hides may be two intervals long
    const auto least = 400 - schedule.jitter_ms - 2 - hidden.count() / 1000;
    const bool healthy = std::all_of(
        player.world.reports().begin(), player.world.reports().end(), [&](const auto& report) {
            return report.num_drops == 0 && report.last_frame_delay >= least &&
                   report.last_frame_delay <= 400;
        });
    RC_ASSERT(healthy);
}

/// R8: with no sound, once all has been quiet for a while, a frame waits for jitter and no longer.
RC_GTEST_PROP(Rules, R8WithoutSoundAFrameWaitsForJitterOnly, ()) {
    Schedule schedule = *whole_range(
        {K::frames_jump, K::clock_jumps, K::both_jump, K::late_main_clock, K::server_changed},
        3,
        true);
    schedule.sound_ms = 0;
    Player player{schedule};
    player.play();
    player.world.run_for(700ms + 64 * player.world.interval(0));
    const LocalTime quiet = player.world.now();
    player.world.run_for(500ms);
    const auto delays = player.world.delays();
    const auto quiet_delays = player.world.delays(quiet);
    RC_PRE(all_stamped(player.world));
    RC_ASSERT(!quiet_delays.empty());
    // Transit, its jitter twice (once to come, once to be expected), decoding and drift.
    const Duration most = 1ms + 2 * schedule.jitter_ms * 1ms + 2 * schedule.decode_ms * 1ms +
                          2 * grain + hidden_steps(player.world, schedule);
    RC_ASSERT(quiet_delays.back() <= most);
    // Each epoch is anchored at a frame that may be late itself; 64 frames later that is forgotten.
    const auto epochs = static_cast<Duration::rep>(schedule.acts.size());
    RC_ASSERT(delays.back() <= most + epochs * schedule.jitter_ms * 1ms);
}

/// R9: after a stall the newest picture at once, normal cadence within five frames.
RC_GTEST_PROP(Rules, R9AStallIsOneGapAndThenNormal, ()) {
    Schedule schedule = *whole_range({K::frames_jump, K::clock_jumps}, 1, true);
    // A clock that is off by less than the bound may be the sound's true delay, and is followed.
    if (schedule.sound_ms > 0) schedule.acts.clear();
    // Longer than what is caught up with, by more than one interval at 10 frames/s.
    const int stall_ms = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(400, 1000));
    Player player{schedule};
    player.play();
    player.world.run_for(500ms);
    const LocalTime end = player.world.now() + stall_ms * 1ms;
    player.world.stall(stall_ms * 1ms);
    // Of dependent frames all that the stall held up must be decoded first.
    const Duration interval = player.world.interval(0);
    const auto held_up = schedule.independent ? 0 : stall_ms * 1ms / interval;
    const Duration at_once = (2 + held_up) * schedule.decode_ms * 1ms + grain;
    player.world.run_for(stall_ms * 1ms + schedule.sound_ms * 1ms + at_once + 12 * interval);
    RC_LOG() << "the stall ends at ms " << (end - SimWorld<>::beginning).count() / 1000;
    RC_PRE(all_stamped(player.world));
    std::vector<const SimFrame*> shown;
    for (const SimFrame& frame : player.world.frames())
        if (frame.presented && *frame.presented >= end) shown.push_back(&frame);
    RC_ASSERT(shown.size() > 6U);
    const Duration usual =
        1ms + 2 * schedule.jitter_ms * 1ms + 2 * schedule.decode_ms * 1ms + 2 * grain;
    // In the time that decoding takes, the newest is on the screen.
    const auto newest_at_once = std::any_of(shown.begin(), shown.end(), [&](const SimFrame* f) {
        return *f->presented <= end + at_once && end - f->captured <= interval + usual;
    });
    RC_ASSERT(newest_at_once || schedule.sound_ms > 0);
    Duration longest{0};
    for (std::size_t i = 5; i < shown.size(); ++i)
        longest = std::max(longest, *shown[i]->presented - *shown[i - 1]->presented);
    RC_ASSERT(longest <= 2 * interval);
}

} // namespace
} // namespace sumac::test
