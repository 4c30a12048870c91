/// Tells whether what a server says trickles in: several messages in quick succession, in small
/// pieces. Waking for each piece then costs more than what they say. Net thread only.
#pragma once

#include <sumac/time.h>

#include <optional>

namespace sumac::client {

class Trickle {
public:
    /// Two pieces within this are in quick succession...
    static constexpr std::chrono::milliseconds quick_succession{1};
    /// ...and what comes within this after such haste belongs to it.
    static constexpr std::chrono::milliseconds long_silence{50};

    /// Something was read. `whole`: it was all there was, and its end cuts no message.
    void on_piece(bool whole, LocalTime now) {
        if (last_ && now - *last_ < quick_succession) haste_ = now;
        last_ = now;
        whole_ = whole;
    }
    /// So many messages ended in the last piece.
    void on_messages(unsigned count) {
        if (count > 1) haste_ = last_;
    }
    bool flows(LocalTime now) const { return whole_ && haste_ && now - *haste_ < long_silence; }

private:
    std::optional<LocalTime> last_;
    std::optional<LocalTime> haste_;
    bool whole_ = false;
};

} // namespace sumac::client
