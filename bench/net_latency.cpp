// How long the net thread keeps anyone waiting while a session draws large images: each millisecond
// something is posted to it, and to a thread that has nothing else to do, which shows what of it is
// the machine's. Where the machine is busy, as with the host beside it, only the time that the
// thread itself computed from one to the next tells.
//
//     sumac-host --unix /tmp/host --desktop 3840x2160 --size 3840x2160 --compression quic
//                --streaming off --no-audio &
//     bench_net_latency spice+unix:///tmp/host 10
#include "client/runtime.h"
#include "io/clock.h"
#include <sumac/client.h>

#include <asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <vector>

namespace sumac {
namespace {

/// The net thread is to be free for the sockets again within this.
constexpr std::chrono::milliseconds bound{2};

class Counting : public DisplaySink {
public:
    bool returns_at_once() const override { return true; }
    void on_display_created(std::uint32_t, Size) override {}
    void on_display_destroyed(std::uint32_t) override {}
    void on_update(const DisplayUpdate&) override { ++updates; }
    std::atomic<int> updates = 0;
};

using Durations = std::vector<Duration>;

/// What a thread did with what it was given; its members are that thread's.
struct Probed {
    Durations delays;
    Durations computed; ///< since the one before
    Duration computed_before = Duration::max();
};

Duration computed_by_this_thread() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::duration_cast<Duration>(std::chrono::seconds{time.tv_sec} +
                                                std::chrono::nanoseconds{time.tv_nsec});
}

void probe(asio::io_context& context, Probed& probed) {
    asio::post(context, [&probed, posted = io::now()] {
        probed.delays.push_back(io::now() - posted);
        const Duration computed = computed_by_this_thread();
        if (probed.computed_before != Duration::max())
            probed.computed.push_back(computed - probed.computed_before);
        probed.computed_before = computed;
    });
}

std::string summary(Durations times) {
    if (times.empty()) return "nothing";
    std::sort(times.begin(), times.end());
    const auto at = [&](double share) {
        const auto place = static_cast<double>(times.size() - 1) * share;
        const Duration time = times[static_cast<std::size_t>(place)];
        return std::chrono::duration<double, std::milli>(time).count();
    };
    const auto late = times.end() - std::upper_bound(times.begin(), times.end(), bound);
    return fmt::format(
        "median {:.3f} ms, 99 % {:.2f}, 99.9 % {:.2f}, longest {:.2f}; {} of {} beyond 2 ms",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1),
        late,
        times.size());
}

int measure(const Target& target, std::chrono::seconds length) {
    Probed net;
    Probed idle;
    Counting sink;
    SessionReport report;
    {
        Runtime runtime;
        asio::io_context idle_context;
        const auto keep_running = asio::make_work_guard(idle_context);
        const std::jthread idle_thread{[&] { idle_context.run(); }};
        SessionOptions options;
        options.image_compression = ImageCompression::quic;
        const auto session = Session::start(runtime, target, options, {.display = &sink});
        using Clock = std::chrono::steady_clock;
        const Clock::time_point end = Clock::now() + length;
        for (auto next = Clock::now(); next < end; next += std::chrono::milliseconds{1}) {
            std::this_thread::sleep_until(next);
            probe(runtime.impl().net(), net);
            probe(idle_context, idle);
        }
        session->close();
        session->wait();
        report = session->report();
        if (const auto failure = session->failure()) fmt::print(stderr, "{}\n", failure->message);
        idle_context.stop();
    }
    fmt::print("net thread:    {}\n", summary(std::move(net.delays)));
    fmt::print("idle thread:   {}\n", summary(std::move(idle.delays)));
    fmt::print("net, computed: {}\n", summary(std::move(net.computed)));
    fmt::print("{} updates, {} images drawn\n", sink.updates.load(), report.draws["copy"]);
    return report.draws["copy"] > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace
} // namespace sumac

int main(int argc, char** argv) {
    const auto target = sumac::parse_uri(argc > 1 ? argv[1] : "");
    if (!target) {
        fmt::print(stderr, "{}\n", target.error().message);
        return EXIT_FAILURE;
    }
    return sumac::measure(*target, std::chrono::seconds{argc > 2 ? std::atoi(argv[2]) : 10});
}
