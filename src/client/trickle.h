/// Tells whether what a server says trickles in: whole messages in small pieces, in quick
/// succession. Waking for each of them then costs more than what they say. Net thread only.
#pragma once

#include <sumac/time.h>

#include <optional>

namespace sumac::client {

class Trickle {
public:
    /// Two pieces within this belong to a flow of many...
    static constexpr std::chrono::milliseconds quick_succession{1};
    /// ...and so does what comes within this after them.
    static constexpr std::chrono::milliseconds long_silence{50};

    /// Something was read. `whole`: it was all there was, and its end cuts no message.
    void on_piece(bool whole, LocalTime now) {
        if (last_ && now - *last_ < quick_succession) flowed_ = now;
        flows_ = whole && flowed_ && now - *flowed_ < long_silence;
        last_ = now;
    }
    bool flows() const { return flows_; }

private:
    std::optional<LocalTime> last_;
    std::optional<LocalTime> flowed_;
    bool flows_ = false;
};

} // namespace sumac::client
