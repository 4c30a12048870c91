/// Random schedules for the rules: a list of acts (a jump, a stall, sound on, a stream that is
/// destroyed, ...) with time in between, played in a SimWorld; rapidcheck finds the shortest one
/// that breaks a rule.
#pragma once

#include "sim_world.h"

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <exception>
#include <vector>

namespace sumac::test {

using Stamps = SimStreamOptions::Stamps;

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

inline const char* name(Act::Kind kind) {
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

inline void showValue(const Schedule& s, std::ostream& out) {
    out << "seed " << s.seed << ", server starts at " << s.server_start_ms << " ms, " << s.drift_ppm
        << " ppm, " << s.streams << " x " << s.fps << " fps, jitter " << s.jitter_ms
        << " ms, decode " << s.decode_ms << (s.independent ? "" : " ms (dependent)")
        << " ms, sound " << s.sound_ms << " ms, stamps " << static_cast<int>(s.stamps) << "\n";
    for (const Act& act : s.acts)
        out << "  " << name(act.kind) << " " << act.amount_ms << " ms, then " << act.pause_ms
            << " ms\n";
}

/// Any size, in powers of ten from 1 ms to half the wrap, both ways.
inline rc::Gen<std::int64_t> any_jump() {
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
inline rc::Gen<std::int64_t> any_start() {
    return rc::gen::oneOf(rc::gen::inRange<std::int64_t>(1'000, 100'000),
                          rc::gen::inRange<std::int64_t>(1'000'000, 4'000'000'000),
                          rc::gen::inRange<std::int64_t>(4'294'967'296 - 2'000, 4'294'967'296));
}

inline rc::Gen<std::vector<Act>> acts(const std::vector<Act::Kind>& kinds, int most) {
    return rc::gen::mapcat(rc::gen::inRange(1, most + 1), [kinds](int count) {
        return rc::gen::container<std::vector<Act>>(
            static_cast<std::size_t>(count),
            rc::gen::build<Act>(rc::gen::set(&Act::kind, rc::gen::elementOf(kinds)),
                                rc::gen::set(&Act::amount_ms, any_jump()),
                                rc::gen::set(&Act::pause_ms, rc::gen::inRange(0, 200))));
    });
}

inline rc::Gen<Schedule> schedules(const std::vector<Act::Kind>& kinds, int most, bool honest) {
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
inline rc::Gen<Schedule> whole_range(const std::vector<Act::Kind>& kinds, int most, bool honest) {
    return rc::gen::resize(rc::kNominalSize, schedules(kinds, most, honest));
}

using K = Act::Kind;
inline const std::vector<K> everything{K::frames_jump,
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
inline const std::vector<K> mischief{K::frames_jump,
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
            world.stall(std::min<Duration>(std::chrono::abs(amount), 6s));
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

} // namespace sumac::test
