/// The rules of doc/media-time.md as properties over random schedules.
///
/// A schedule is a list of acts (a jump, a stall, sound on, a stream that is destroyed, ...) with
/// time in between, played in a SimWorld; rapidcheck finds the shortest one that breaks a rule.
#include "sim_world.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <sstream>
#include <vector>

namespace sumac::test {
namespace {

using Stamps = SimStreamOptions::Stamps;

/// Milliseconds of a quartz tick, of rounding and of a turn.
constexpr Duration grain = 4ms;

struct Act {
    enum class Kind {
        frames_jump,
        clock_jumps,
        both_jump,
        late_main_clock,
        stall,
        sound_on,
        sound_off,
        server_changed,
        destroy,
        create,
        cover,
        kinds
    };
    Kind kind = Kind::frames_jump;
    std::int64_t amount_ms = 0; ///< jump in ms; others use its size
    int pause_ms = 0;           ///< time that passes afterwards
};

struct Schedule {
    std::uint64_t seed = 0;
    std::int64_t server_start_ms = 0;
    int drift_ppm = 0;
    int fps = 30;
    int jitter_ms = 0;
    int decode_ms = 1;
    bool independent = true;
    int streams = 1;
    int sound_ms = 0; ///< 0: no sound at the beginning
    Stamps stamps = Stamps::honest;
    std::vector<Act> acts;
};

const char* name(Act::Kind kind) {
    constexpr std::array names{"frames_jump",
                               "clock_jumps",
                               "both_jump",
                               "late_main_clock",
                               "stall",
                               "sound_on",
                               "sound_off",
                               "server_changed",
                               "destroy",
                               "create",
                               "cover"};
    static_assert(names.size() == static_cast<std::size_t>(Act::Kind::kinds));
    return names.at(static_cast<std::size_t>(kind));
}

void showValue(const Schedule& s, std::ostream& out) {
    out << "seed " << s.seed << ", server starts at " << s.server_start_ms << " ms, " << s.drift_ppm
        << " ppm, " << s.streams << " x " << s.fps << " fps, jitter " << s.jitter_ms
        << " ms, decode " << s.decode_ms << (s.independent ? "" : " ms (dependent)")
        << " ms, sound " << s.sound_ms << " ms, stamps " << static_cast<int>(s.stamps) << "\n";
    for (const Act& act : s.acts)
        out << "  " << name(act.kind) << " " << act.amount_ms << " ms, then " << act.pause_ms
            << " ms\n";
}

/// Any size, in powers of ten from 1 ms to half the wrap, both ways.
rc::Gen<std::int64_t> any_jump() {
    return rc::gen::map(
        rc::gen::pair(rc::gen::inRange(0, 10), rc::gen::inRange<std::int64_t>(-99, 100)),
        [](const std::pair<int, std::int64_t>& p) {
            std::int64_t scale = 1;
            for (int i = 0; i < p.first; ++i)
                scale *= 10;
            return std::clamp<std::int64_t>(scale * p.second / 10, -2'147'000'000, 2'147'000'000);
        });
}

/// Near the beginning, in the middle or just before a wrap.
rc::Gen<std::int64_t> any_start() {
    return rc::gen::oneOf(rc::gen::inRange<std::int64_t>(1'000, 100'000),
                          rc::gen::inRange<std::int64_t>(1'000'000, 4'000'000'000),
                          rc::gen::inRange<std::int64_t>(4'294'967'296 - 2'000, 4'294'967'296));
}

rc::Gen<std::vector<Act>> acts(const std::vector<Act::Kind>& kinds, int most) {
    return rc::gen::mapcat(rc::gen::inRange(1, most + 1), [kinds](int count) {
        return rc::gen::container<std::vector<Act>>(
            static_cast<std::size_t>(count),
            rc::gen::build<Act>(rc::gen::set(&Act::kind, rc::gen::elementOf(kinds)),
                                rc::gen::set(&Act::amount_ms, any_jump()),
                                rc::gen::set(&Act::pause_ms, rc::gen::inRange(0, 200))));
    });
}

rc::Gen<Schedule> schedules(const std::vector<Act::Kind>& kinds, int most, bool honest) {
    const auto stamps =
        honest ? rc::gen::just(Stamps::honest)
               : rc::gen::element(Stamps::honest, Stamps::zero, Stamps::repeated, Stamps::hostile);
    return rc::gen::build<Schedule>(
        rc::gen::set(&Schedule::seed, rc::gen::inRange<std::uint64_t>(0, 1'000'000)),
        rc::gen::set(&Schedule::server_start_ms, any_start()),
        rc::gen::set(&Schedule::drift_ppm, rc::gen::inRange(-500, 501)),
        rc::gen::set(&Schedule::fps,
                     honest ? rc::gen::element(30, 10, 15, 24, 25, 50, 60)
                            : rc::gen::element(30, 1, 5, 13, 60)),
        rc::gen::set(&Schedule::jitter_ms,
                     honest ? rc::gen::inRange(0, 8) : rc::gen::inRange(0, 60)),
        rc::gen::set(&Schedule::decode_ms,
                     honest ? rc::gen::inRange(1, 6) : rc::gen::inRange(1, 80)),
        rc::gen::set(&Schedule::independent, rc::gen::arbitrary<bool>()),
        rc::gen::set(&Schedule::streams, rc::gen::inRange(1, honest ? 2 : 4)),
        rc::gen::set(&Schedule::sound_ms, rc::gen::element(0, 60, 120, 250)),
        rc::gen::set(&Schedule::stamps, stamps),
        rc::gen::set(&Schedule::acts, acts(kinds, most)));
}

/// rapidcheck begins with small values and shortens ranges accordingly; every schedule counts here.
rc::Gen<Schedule> whole_range(const std::vector<Act::Kind>& kinds, int most, bool honest) {
    return rc::gen::resize(rc::kNominalSize, schedules(kinds, most, honest));
}

using K = Act::Kind;
const std::vector<K> everything{K::frames_jump,
                                K::clock_jumps,
                                K::both_jump,
                                K::late_main_clock,
                                K::stall,
                                K::sound_on,
                                K::sound_off,
                                K::server_changed,
                                K::destroy,
                                K::create,
                                K::cover};
/// What must cost no frame and no time: all but a stall, and what covers or ends a stream.
const std::vector<K> mischief{K::frames_jump,
                              K::clock_jumps,
                              K::both_jump,
                              K::late_main_clock,
                              K::sound_on,
                              K::sound_off,
                              K::server_changed};

class Player {
public:
    explicit Player(const Schedule& schedule)
        : world(schedule.seed, schedule.server_start_ms, schedule.drift_ppm), schedule_(schedule) {
        for (int i = 0; i < schedule.streams; ++i)
            open();
        if (schedule.sound_ms > 0) world.sound_on(schedule.sound_ms * 1ms);
    }
    /// A broken rule is an exception on its way: say what happened.
    ~Player() {
        if (std::uncaught_exceptions() > 0) RC_LOG() << world.trace();
    }
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;

    void play() {
        world.run_for(300ms);
        for (const Act& act : schedule_.acts) {
            perform(act);
            world.run_for(act.pause_ms * 1ms);
        }
    }
    SimWorld<> world;

private:
    void open(std::optional<std::size_t> continues = {}) {
        streams_.push_back(world.open_stream({.fps = schedule_.fps,
                                              .jitter = schedule_.jitter_ms * 1ms,
                                              .decode = schedule_.decode_ms * 1ms,
                                              .independent = schedule_.independent,
                                              .stamps = schedule_.stamps},
                                             continues));
    }
    void perform(const Act& act) {
        const auto amount = std::chrono::milliseconds{act.amount_ms};
        const Duration size = std::min<Duration>(std::chrono::abs(amount), 1500ms);
        switch (act.kind) {
        case K::frames_jump:
            world.frames_jump(amount);
            break;
        case K::clock_jumps:
            world.clock_jumps(amount);
            break;
        case K::both_jump:
            world.frames_jump(amount);
            world.clock_jumps(amount);
            break;
        case K::late_main_clock:
            world.main_clock_late(std::chrono::abs(amount));
            break;
        case K::stall:
            world.stall(size);
            break;
        case K::sound_on:
            world.sound_on(20ms + size / 5);
            break;
        case K::sound_off:
            world.sound_off();
            break;
        case K::server_changed:
            world.server_changed();
            break;
        case K::destroy:
            world.close_stream(streams_.back());
            break;
        case K::create: {
            const std::size_t before = streams_.back();
            world.close_stream(before);
            if (streams_.size() < 20)
                open(act.amount_ms % 2 == 0 ? std::optional{before} : std::nullopt);
            break;
        }
        case K::cover:
            world.cover(streams_.back());
            break;
        case K::kinds:
            break;
        }
    }

    Schedule schedule_;
    std::vector<std::size_t> streams_;
};

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
    player.world.run_for(700ms);
    const auto delays = player.world.delays();
    RC_PRE(all_stamped(player.world));
    RC_ASSERT(!delays.empty());
    // Transit, its jitter twice (once to come, once to be expected), decoding and drift.
    const Duration most =
        1ms + 2 * schedule.jitter_ms * 1ms + 2 * schedule.decode_ms * 1ms + 2 * grain;
    RC_ASSERT(delays.back() <= most + hidden_steps(player.world, schedule));
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
