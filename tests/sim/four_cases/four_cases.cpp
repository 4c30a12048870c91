/// The four cases of migration side by side, with Sumac's policy and with a plain clock-follower,
/// in virtual time: writes what became of each frame as JSON to standard output, for a page to
/// draw.
///
///     {"lasts_ms", "jump_ms", "interval_ms", "cases": [{"case": "1a", "title", "policies": [
///         {"policy": "protected"|"unprotected", "frames", "lost", "longest_gap_ms",
///          "points": [[drawn_ms, shown_ms or null, lost 0|1], ...]}]}]}
///
/// Times are relative to the moment at which frames and clock begin to disagree.
#include "clock_follower.h"
#include "sim_world.h"

#include <array>
#include <iostream>

namespace sumac::test {
namespace {

constexpr Duration before = 1500ms;
constexpr Duration disagreement = 2500ms;
constexpr Duration after = 3s;
constexpr Duration far = 28h;
constexpr int fps = 30;

enum class Ahead { frames, clock };
struct Case {
    const char* name;
    const char* title;
    Ahead ahead;
    Duration jump;
};
constexpr std::array<Case, 4> cases{{
    {"1a",
     "frames from a host whose clock is ahead, session clock still the old one",
     Ahead::frames,
     far},
    {"1b",
     "frames from a host whose clock is behind, session clock still the old one",
     Ahead::frames,
     -far},
    {"2a", "session clock already ahead, frames still the old host's", Ahead::clock, far},
    {"2b", "session clock already behind, frames still the old host's", Ahead::clock, -far},
}};

double to_ms(Duration duration) {
    return static_cast<double>(duration.count()) / 1000;
}

template <class Core>
SimWorld<Core> play(const Case& scenario) {
    SimWorld<Core> world{1, 900'000'000};
    world.open_stream({.fps = fps, .jitter = 3ms});
    world.sound_on(80ms);
    world.run_for(before);
    const bool frames_first = scenario.ahead == Ahead::frames;
    if (frames_first)
        world.frames_jump(scenario.jump);
    else
        world.clock_jumps(scenario.jump);
    world.run_for(disagreement);
    if (frames_first)
        world.clock_jumps(scenario.jump);
    else
        world.frames_jump(scenario.jump);
    world.run_for(after);
    return world;
}

/// The longest time in which the picture stood still, up to the end of the world.
template <class Core>
Duration longest_freeze(const SimWorld<Core>& world) {
    LocalTime last = SimWorld<Core>::beginning;
    Duration longest{0};
    std::vector<LocalTime> shown;
    for (const SimFrame& frame : world.frames())
        if (frame.presented) shown.push_back(*frame.presented);
    shown.push_back(world.now());
    std::sort(shown.begin(), shown.end());
    for (const LocalTime at : shown) {
        longest = std::max(longest, at - last);
        last = at;
    }
    return longest;
}

template <class Core>
void write(const char* policy, const Case& scenario) {
    const auto world = play<Core>(scenario);
    const LocalTime zero = SimWorld<Core>::beginning + before;
    // The last ones are still on their way when the world ends.
    const LocalTime decided = world.now() - 500ms;
    std::size_t lost = 0;
    std::cout << R"({"policy":")" << policy << R"(","points":[)";
    const char* comma = "";
    for (const SimFrame& frame : world.frames()) {
        if (frame.captured > decided) continue;
        const bool is_lost = !frame.presented;
        lost += is_lost ? 1 : 0;
        std::cout << comma << '[' << to_ms(frame.captured - zero) << ',';
        if (is_lost)
            std::cout << "null,1]";
        else
            std::cout << to_ms(*frame.presented - zero) << ",0]";
        comma = ",";
    }
    std::cout << R"(],"frames":)" << world.frames().size() << R"(,"lost":)" << lost
              << R"(,"longest_gap_ms":)" << to_ms(longest_freeze(world)) << '}';
}

void write_all() {
    std::cout << R"({"lasts_ms":)" << to_ms(disagreement) << R"(,"jump_ms":)"
              << static_cast<std::int64_t>(to_ms(far)) << R"(,"interval_ms":)" << 1000.0 / fps
              << R"(,"cases":[)";
    for (const Case& scenario : cases) {
        std::cout << (&scenario == cases.data() ? "" : ",") << R"({"case":")" << scenario.name
                  << R"(","title":")" << scenario.title << R"(","policies":[)";
        write<media::MediaCore>("protected", scenario);
        std::cout << ',';
        write<ClockFollower>("unprotected", scenario);
        std::cout << "]}";
    }
    std::cout << "]}\n";
}

} // namespace
} // namespace sumac::test

int main() {
    sumac::test::write_all();
}
