#include "audio/system_device.h"

#include "audio/libcubeb.h"

#include <algorithm>
#include <utility>

namespace sumac::audio {
namespace {

/// Short, as pictures wait for the sound, and still two wake-ups of a sound server.
constexpr Duration wanted_latency{20'000};
/// A device that claims more is not believed.
constexpr Duration max_latency{2'000'000};

Failure cannot(const char* what) {
    return {ErrorCode::system,
            std::string{"the system's sound: cannot "} + what,
            "is a sound server running (PulseAudio, PipeWire), or a sound card there?"};
}

} // namespace

/// cubeb calls these on threads of its own.
struct SystemDevice::Trampoline {
    static long
    data(cubeb_stream* /*stream*/, void* self, const void* input, void* output, long frames) {
        static_cast<SystemDevice*>(self)->transfer(
            input, output, static_cast<std::size_t>(std::max(frames, 0L)));
        return frames;
    }
    static void state(cubeb_stream* /*stream*/, void* self, cubeb_state state) {
        if (state != CUBEB_STATE_ERROR) return;
        static_cast<SystemDevice*>(self)->failed_.store(true, std::memory_order_release);
    }
};

SystemDevice::~SystemDevice() = default;

void SystemDevice::close() {
    if (stream_ != nullptr) {
        cubeb_->stream_stop(stream_);
        cubeb_->stream_destroy(std::exchange(stream_, nullptr));
    }
    if (context_ != nullptr) cubeb_->destroy(std::exchange(context_, nullptr));
}

Result<Done, Failure> SystemDevice::open(Direction direction) {
    cubeb_ = Libcubeb::load();
    if (cubeb_ == nullptr) {
        return Failure{ErrorCode::system,
                       "the system's sound: cannot load libcubeb.so.0",
                       "install it: the package libcubeb0 on Debian"};
    }
    if (cubeb_->init(&context_, "Sumac", nullptr) != CUBEB_OK) {
        context_ = nullptr;
        return cannot("be reached");
    }
    backend_ = cubeb_->get_backend_id(context_);
    cubeb_stream_params params{};
    params.format = CUBEB_SAMPLE_S16NE;
    params.rate = format_.rate_hz;
    params.channels = format_.channels;
    params.layout = CUBEB_LAYOUT_UNDEFINED;
    if (format_.channels == 1) params.layout = CUBEB_LAYOUT_MONO;
    if (format_.channels == 2) params.layout = CUBEB_LAYOUT_STEREO;
    std::uint32_t least = 0;
    if (cubeb_->get_min_latency(context_, &params, &least) != CUBEB_OK) least = 0;
    const auto wanted = static_cast<std::uint32_t>(frames_in(wanted_latency, format_.rate_hz));
    const bool output = direction == Direction::output;
    const int opened = cubeb_->stream_init(context_,
                                           &stream_,
                                           output ? "sound" : "microphone",
                                           nullptr,
                                           output ? nullptr : &params,
                                           nullptr,
                                           output ? &params : nullptr,
                                           std::max(wanted, least),
                                           Trampoline::data,
                                           Trampoline::state,
                                           this);
    if (opened != CUBEB_OK) {
        stream_ = nullptr;
        return cannot(output ? "open a loudspeaker" : "open a microphone");
    }
    if (cubeb_->stream_start(stream_) != CUBEB_OK)
        return cannot(output ? "start the loudspeaker" : "start the microphone");
    return Done{};
}

Result<std::unique_ptr<SystemOutput>, Failure> SystemOutput::open(std::shared_ptr<Ring> ring,
                                                                  Format format) {
    std::unique_ptr<SystemOutput> device{new SystemOutput{std::move(ring), format}}; // private
    if (auto opened = device->SystemDevice::open(Direction::output); !opened) return opened.error();
    return device;
}

void SystemOutput::transfer(const void* /*input*/, void* output, std::size_t frames) {
    const std::span samples{static_cast<std::int16_t*>(output), frames * format_.channels};
    const std::size_t read = ring_->read(samples);
    std::ranges::fill(samples.subspan(read * format_.channels), std::int16_t{0});
    if (read < frames) {
        silent_frames_.fetch_add(frames - read, std::memory_order_relaxed);
        if (prerolled_) times_dry_.fetch_add(1, std::memory_order_relaxed);
    }
    if (std::exchange(prerolled_, true)) {
        const auto request = static_cast<std::uint32_t>(frames);
        if (request > largest_request_.load(std::memory_order_relaxed))
            largest_request_.store(request, std::memory_order_relaxed);
    }
}

std::optional<SystemOutput::Position> SystemOutput::position() const {
    std::uint64_t played = 0; // since the start, our silence included
    if (failed() || cubeb().stream_get_position(stream(), &played) != CUBEB_OK) return {};
    const std::uint64_t silent = silent_frames_.load(std::memory_order_relaxed);
    const std::uint64_t taken = ring_->frames_read();
    if (played <= silent) return {}; // nothing of the ring yet
    const std::uint64_t frame = std::min(played - silent, taken);
    const Duration latency = duration_of(taken - frame, format_.rate_hz);
    if (latency > max_latency) return {};
    return Position{frame, latency};
}

Result<std::unique_ptr<SystemInput>, Failure> SystemInput::open(std::shared_ptr<Ring> ring,
                                                                Format format) {
    std::unique_ptr<SystemInput> device{new SystemInput{std::move(ring), format}}; // private
    if (auto opened = device->SystemDevice::open(Direction::input); !opened) return opened.error();
    return device;
}

void SystemInput::transfer(const void* input, void* /*output*/, std::size_t frames) {
    ring_->write({static_cast<const std::int16_t*>(input), frames * format_.channels});
}

} // namespace sumac::audio
