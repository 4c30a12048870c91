// How long the net thread keeps anyone waiting while a session draws large images: each millisecond
// a timer is due on it, and on a thread that has nothing else to do, which shows what of it is the
// machine's. Where the machine is busy, as with the host beside it, the time that the thread itself
// computed from one timer to the next tells more.
//
//     sumac-host --unix /tmp/host --desktop 3840x2160 --size 3840x2160 --compression quic
//                --streaming off --no-audio &
//     bench_net_latency spice+unix:///tmp/host 10
#include "client/runtime.h"
#include "io/clock.h"
#include <sumac/client.h>

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <future>
#include <utility>
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

Duration computed_by_this_thread() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::duration_cast<Duration>(std::chrono::seconds{time.tv_sec} +
                                                std::chrono::nanoseconds{time.tv_nsec});
}

/// A timer each millisecond.
class Probe {
public:
    Probe(asio::io_context& context, std::chrono::seconds length) : timer_(context) {
        asio::post(context, [this, length] {
            next_ = Clock::now();
            end_ = next_ + length;
            computed_before_ = computed_by_this_thread();
            wait();
        });
    }
    /// Blocks until it is over; before that, nothing may be read.
    void join() { done_.get_future().wait(); }
    const Durations& late() const { return late_; }
    const Durations& computed() const { return computed_; }

private:
    using Clock = std::chrono::steady_clock;

    void wait() {
        next_ += std::chrono::milliseconds{1};
        if (next_ > end_) return done_.set_value();
        timer_.expires_at(next_);
        timer_.async_wait([this](const asio::error_code& error) {
            if (error) return;
            late_.push_back(std::chrono::duration_cast<Duration>(Clock::now() - next_));
            const Duration computed = computed_by_this_thread();
            computed_.push_back(computed - std::exchange(computed_before_, computed));
            wait();
        });
    }

    asio::steady_timer timer_;
    Clock::time_point next_;
    Clock::time_point end_;
    Duration computed_before_{};
    std::promise<void> done_;
    Durations late_;
    Durations computed_; ///< since the timer before
};

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
    Counting sink;
    SessionOptions options;
    options.image_compression = ImageCompression::quic;
    Runtime runtime;
    const auto session = Session::start(runtime, target, options, {.display = &sink});
    Probe net{runtime.impl().net(), length};
    asio::io_context idle_context;
    Probe idle{idle_context, length};
    idle_context.run();
    net.join();
    session->close();
    session->wait();
    if (const auto failure = session->failure()) fmt::print(stderr, "{}\n", failure->message);
    SessionReport report = session->report();
    fmt::print("net thread:    {}\n", summary(net.late()));
    fmt::print("idle thread:   {}\n", summary(idle.late()));
    fmt::print("net, computed: {}\n", summary(net.computed()));
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
