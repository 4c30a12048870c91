/// The guest's graphics card: a QXL device on which the clip plays, and other drawings if asked
/// for.
#pragma once

#include "drawing.h"
#include "frame.h"
#include "picture.h"

#include <spice.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace sumac::host {

/// libspice-server's display thread takes commands from the ring here and gives frames back when
/// it is done with them; the pacer's thread pushes them; everything else is called by the main
/// thread. The mutex guards the ring
/// and the table of frames that the server holds, no callback is called under it.
class QxlDevice {
public:
    /// `on_taken(number, t_us)` is called by the server's display thread right after it took a
    /// frame from the ring, which is when it stamps it. `pool` must outlive the device, and the
    /// device the server.
    QxlDevice(FramePool& pool,
              Picture desktop,
              std::function<void(FrameNumber, std::int64_t)> on_taken);
    QxlDevice(const QxlDevice&) = delete;
    QxlDevice& operator=(const QxlDevice&) = delete;
    QxlDevice(QxlDevice&&) = delete;
    QxlDevice& operator=(QxlDevice&&) = delete;
    ~QxlDevice();

    /// Plugs the card into the server and switches it to the desktop's picture.
    bool plug_into(SpiceServer& server);

    /// Puts the frame into the ring, or gives it back if that is full.
    enum class Pushed { yes, ring_full };
    Pushed push(std::unique_ptr<Frame> frame);
    /// Lets the server take these drawings, between the clip's frames if it plays. `on_all_taken`
    /// is called by the server's display thread. False while others are not taken yet.
    bool draw(std::unique_ptr<Drawings> drawings, std::function<void()> on_all_taken);
    /// The primary surface with all that was pushed, once the server has drawn it. The VM runs.
    const Picture& drawn();
    /// Tells the server to let go of what it only keeps for later.
    void ask_for_memory();

    /// Takes back what the server has not taken. The number of the first such frame.
    /// Only while the VM is stopped.
    std::optional<FrameNumber> withdraw();
    /// Puts the pixels into the surface without any command, as a migration of the guest's memory
    /// does. Only while the VM is stopped.
    void restore(const Picture& clip_picture, Area on_desktop);

private:
    /// A C callback finds its device through the instance.
    struct Instance : QXLInstance {
        QxlDevice* device = nullptr;
    };
    static QxlDevice& of(QXLInstance* instance);
    static QXLInterface make_interface();
    static void get_init_info(QXLInstance* instance, QXLDevInitInfo* info);
    static int get_command(QXLInstance* instance, QXLCommandExt* command);
    static int request_notification(QXLInstance* instance);
    static void release_resource(QXLInstance* instance, QXLReleaseInfoExt info);

    bool take_command(QXLCommandExt& command);
    bool take_frame(QXLCommandExt& command);
    bool take_drawing(QXLCommandExt& command);
    void release(std::uint64_t id);

    /// A few frames wait here while the server is busy; a guest's ring has room for 32 commands.
    static constexpr std::size_t ring_size = 8;

    FramePool& pool_;
    Picture surface_; ///< the primary surface; the server draws into it
    const std::function<void(FrameNumber, std::int64_t)> on_taken_;
    const QXLInterface interface_;
    Instance instance_{};

    std::mutex mutex_;
    std::deque<std::unique_ptr<Frame>> ring_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Frame>> held_; ///< by release id
    std::uint32_t image_unique_ = 0;
    std::unique_ptr<Drawings> drawings_; ///< null: none, or all taken
    std::function<void()> on_all_taken_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Drawing>> held_drawings_; ///< by release id
};

} // namespace sumac::host
