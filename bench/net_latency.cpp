// How long the net thread keeps anyone waiting while a session draws large images: each millisecond
// something is posted to it, and to a thread that has nothing else to do, which shows what of it is
// the machine's.
//
//     sumac-host --unix /tmp/host --desktop 3840x2160 --size 1920x1080 --compression quic
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

/// How late a thread did what it was given.
using Delays = std::vector<Duration>;

void probe(asio::io_context& context, Delays& delays) {
    asio::post(context, [&delays, posted = io::now()] { delays.push_back(io::now() - posted); });
}

std::string summary(Delays delays) {
    if (delays.empty()) return "nothing";
    std::sort(delays.begin(), delays.end());
    const auto at = [&](double share) {
        const auto place = static_cast<double>(delays.size() - 1) * share;
        const Duration delay = delays[static_cast<std::size_t>(place)];
        return std::chrono::duration<double, std::milli>(delay).count();
    };
    const auto late = delays.end() - std::upper_bound(delays.begin(), delays.end(), bound);
    return fmt::format(
        "median {:.3f} ms, 99 % {:.2f}, 99.9 % {:.2f}, longest {:.2f}; {} of {} beyond 2 ms",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1),
        late,
        delays.size());
}

int measure(const Target& target, std::chrono::seconds length) {
    Delays net_delays;
    Delays idle_delays;
    Counting sink;
    SessionReport report;
    {
        Runtime runtime;
        asio::io_context idle_context;
        const auto keep_running = asio::make_work_guard(idle_context);
        const std::jthread idle{[&] { idle_context.run(); }};
        SessionOptions options;
        options.image_compression = ImageCompression::quic;
        const auto session = Session::start(runtime, target, options, {.display = &sink});
        using Clock = std::chrono::steady_clock;
        const Clock::time_point end = Clock::now() + length;
        for (auto next = Clock::now(); next < end; next += std::chrono::milliseconds{1}) {
            std::this_thread::sleep_until(next);
            probe(runtime.impl().net(), net_delays);
            probe(idle_context, idle_delays);
        }
        session->close();
        session->wait();
        report = session->report();
        if (const auto failure = session->failure()) fmt::print(stderr, "{}\n", failure->message);
        idle_context.stop();
    }
    fmt::print("net thread:  {}\n", summary(std::move(net_delays)));
    fmt::print("idle thread: {}\n", summary(std::move(idle_delays)));
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
