#include "microphone.h"

#include "clip.h"
#include "events.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <span>

namespace sumac::host {

namespace {

using namespace std::chrono_literals;

/// The server keeps 8192 samples, 170 ms.
constexpr auto listen_interval = 20ms;
constexpr auto report_interval = 1s;

} // namespace

Microphone::Microphone(asio::io_context& io, AudioCodec codec) : codec_(codec), timer_(io) {
    interface_.base.type = SPICE_INTERFACE_RECORD;
    interface_.base.description = "sumac-host microphone";
    interface_.base.major_version = SPICE_INTERFACE_RECORD_MAJOR;
    interface_.base.minor_version = SPICE_INTERFACE_RECORD_MINOR;
    instance_.base.sif = &interface_.base;
}

bool Microphone::plug_into(SpiceServer& server) {
    if (spice_server_add_interface(&server, &instance_.base) != 0) return false;
    // Only a server whose rate was set offers Opus; the rate is this one in any case.
    if (codec_ == AudioCodec::opus) spice_server_set_record_rate(&instance_, sound_rate_hz);
    return true;
}

void Microphone::start() {
    listening_ = true;
    hearing_ = {};
    report_at_ = Clock::now() + report_interval;
    spice_server_record_start(&instance_);
    listen();
}

void Microphone::stop() {
    if (!listening_) return;
    take_samples();
    report();
    listening_ = false;
    timer_.cancel();
    spice_server_record_stop(&instance_);
}

void Microphone::listen() {
    take_samples();
    if (const auto now = Clock::now(); now >= report_at_) {
        report();
        report_at_ = now + report_interval;
    }
    timer_.expires_after(listen_interval);
    timer_.async_wait([this](const std::error_code& error) {
        if (!error && listening_) listen();
    });
}

void Microphone::take_samples() {
    std::array<std::uint32_t, 2048> pairs{}; // one of 16-bit samples each
    for (;;) {
        const auto count = spice_server_record_get_samples(
            &instance_, pairs.data(), static_cast<std::uint32_t>(pairs.size()));
        if (count == 0) return;
        hearing_.add({reinterpret_cast<const std::int16_t*>(pairs.data()),
                      std::size_t{count} * sound_channels});
    }
}

void Microphone::report() {
    const Heard heard = hearing_.take();
    Json details{{"samples", heard.samples},
                 {"peak", heard.peak},
                 {"rms", std::round(heard.rms)},
                 {"frequency_hz", nullptr}};
    if (heard.frequency_hz) details["frequency_hz"] = std::round(*heard.frequency_hz * 10) / 10;
    write_event("heard", details);
}

} // namespace sumac::host
