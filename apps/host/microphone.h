/// The guest's microphone: what the client sends, listened to while the guest records.
#pragma once

#include "clock.h"
#include "hearing.h"
#include "options.h"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <spice.h>

namespace sumac::host {

/// Writes what is heard as an event each second. All of it on the thread that runs `io`; it must
/// outlive the server that it is plugged into.
class Microphone {
public:
    Microphone(asio::io_context& io, AudioCodec codec);
    Microphone(const Microphone&) = delete;
    Microphone& operator=(const Microphone&) = delete;
    Microphone(Microphone&&) = delete;
    Microphone& operator=(Microphone&&) = delete;
    ~Microphone() = default;

    bool plug_into(SpiceServer& server);
    bool is_listening() const { return listening_; }
    /// It does not listen yet.
    void start();
    /// Nothing happens where it does not listen.
    void stop();

private:
    void listen();
    void take_samples();
    void report();

    const AudioCodec codec_;
    SpiceRecordInterface interface_{};
    SpiceRecordInstance instance_{};
    asio::steady_timer timer_;
    bool listening_ = false;
    Clock::time_point report_at_{};
    Hearing hearing_;
};

} // namespace sumac::host
