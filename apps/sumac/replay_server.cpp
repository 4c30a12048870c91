#include "replay_server.h"

#include "replay_contents.h"
#include "replay_time.h"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>
#include <spice/enums.h>
#include <spice/protocol.h>
#include <stdlib.h> // mkdtemp
#include <sys/un.h>

#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace sumac::tool {

namespace {

using asio::local::stream_protocol;
constexpr auto as_result = asio::experimental::as_tuple(asio::use_awaitable);

/// A client that does not open a channel within this time will not do so any more.
constexpr std::chrono::seconds client_patience{30};
/// So much may wait to be sent, on all connections together.
constexpr std::size_t max_waiting_bytes = std::size_t{64} << 20U;
/// In virtual time: what the capture has within so much is said at once. Stamps are no finer.
constexpr Duration at_once{1'000};
/// In real time: after a stall of more than this, what follows keeps its distance. Some of it, as
/// the end of a migration, comes to nothing if it is heard too early.
constexpr Duration most_late{20'000};
/// After the last byte in virtual time, for what still waits to be shown: media's bound is 1 s.
constexpr Duration last_pictures = std::chrono::seconds{2};

constexpr char socket_name[] = "/server"; // NOLINT(modernize-avoid-c-arrays): its size counts

/// A folder for the socket that only this user may enter.
Result<std::string, Failure> make_folder() {
    std::error_code error;
    std::string name =
        (std::filesystem::temp_directory_path(error) / "sumac-replay-XXXXXX").string();
    constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - sizeof(socket_name);
    if (error || name.size() >= longest || mkdtemp(name.data()) == nullptr) {
        return Failure{ErrorCode::system,
                       "cannot create a folder in the directory for temporary files",
                       "is TMPDIR a short path to a directory with room?"};
    }
    return name;
}

} // namespace

class ReplayServer::Impl {
public:
    Impl(std::string path,
         ReplayContents contents,
         std::string folder,
         Pace pace,
         std::function<void()> wake)
        : path_(std::move(path)),
          contents_(std::move(contents)),
          folder_(std::move(folder)),
          pace_(pace),
          wake_(std::move(wake)),
          time_(io_, wake_),
          acceptor_(io_, stream_protocol::endpoint{socket_path()}),
          changed_(io_, asio::steady_timer::time_point::max()),
          clock_(io_) {
        asio::co_spawn(io_, accept(), asio::detached);
        asio::co_spawn(io_, play(), [this](const std::exception_ptr& exception) {
            if (exception) fail({ErrorCode::system, "the replay cannot go on", ""});
        });
        thread_ = std::jthread{[this] { io_.run(); }};
    }

    ~Impl() {
        io_.stop();
        thread_.join();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::string socket_path() const { return folder_ + socket_name; }
    const ReplayContents& contents() const { return contents_; }
    Pace pace() const { return pace_; }
    ReplayTime& time() { return time_; }

    Progress progress() const {
        const std::lock_guard lock{mutex_};
        return progress_;
    }

    void go_on() {
        asio::post(io_, [this] {
            {
                const std::lock_guard lock{mutex_};
                if (!progress_.expect) return;
                progress_.expect.reset();
                ++progress_.passed;
            }
            changed_.cancel();
        });
    }

private:
    using Socket = stream_protocol::socket;

    /// One connection of the client, which says what one of the capture said.
    struct Lane {
        explicit Lane(Socket connected) : socket(std::move(connected)) {}
        Socket socket;
        std::deque<std::vector<std::byte>> waiting;
        bool writing = false;
        bool greeted = false; ///< something was said
        bool ends = false;    ///< once nothing waits
    };
    using LanePtr = std::shared_ptr<Lane>;

    void fail(Failure failure) {
        const std::lock_guard lock{mutex_};
        if (!progress_.failure) progress_.failure = std::move(failure);
        progress_.finished = true;
    }

    asio::awaitable<void> accept() {
        while (true) {
            auto [error, socket] = co_await acceptor_.async_accept(as_result);
            if (error) co_return;
            asio::co_spawn(io_, listen(std::make_shared<Lane>(std::move(socket))), asio::detached);
        }
    }

    /// Learns which channel it is, and drops the rest of what the client says.
    asio::awaitable<void> listen(LanePtr lane) {
        std::array<std::uint8_t, sizeof(SpiceLinkHeader) + 6> start{};
        const auto [error, size] =
            co_await asio::async_read(lane->socket, asio::buffer(start), as_result);
        if (error) co_return;
        // Behind the header: the session's number, four bytes, then type and id.
        const ChannelKey key{start[start.size() - 2], start[start.size() - 1]};
        if (!is_expected(key)) co_return; // hangs up: the capture has none
        arrived_[key].push_back(lane);
        changed_.cancel();
        std::array<std::byte, 4096> dropped{};
        while (true) {
            const auto [broken, count] =
                co_await lane->socket.async_read_some(asio::buffer(dropped), as_result);
            if (broken) co_return;
        }
    }

    bool is_expected(ChannelKey key) const {
        for (const auto& [connection, channel] : contents_.connections) {
            if (channel == key && !lanes_.contains(connection)) return true;
        }
        return false;
    }

    asio::awaitable<void> play() {
        auto reader = open_capture(path_);
        while (reader) {
            auto record = reader->next();
            if (!record) co_return fail(record.error());
            if (!*record) break;
            if ((*record)->at > contents_.length || is_microphone(**record)) continue;
            const bool goes_on = co_await say(*std::move(*record));
            if (!goes_on) co_return;
        }
        if (!reader) co_return fail(reader.error());
        {
            const std::lock_guard lock{mutex_};
            progress_.all_said = true;
        }
        co_await be_heard(time_.position() + last_pictures);
        {
            const std::lock_guard lock{mutex_};
            progress_.finished = true;
        }
        wake_();
    }

    asio::awaitable<bool> say(CaptureRecord record) {
        if (record.kind == CaptureRecord::Kind::checkpoint) {
            co_await hold(record);
            co_return true;
        }
        const LanePtr lane = co_await lane_of(record);
        if (!lane) co_return false;
        co_await wait_until(record.at);
        // In virtual time all is heard in the captured order, in real time at least a handshake
        // before what follows on other connections: a migration ends only once all are through.
        if (pace_ == Pace::fast && speaking_ != lane) co_await time_.pass_to(time_.position());
        if (pace_ == Pace::as_captured) co_await time_.link();
        speaking_ = lane;
        if (record.kind == CaptureRecord::Kind::ended) {
            lane->ends = true;
        } else {
            waiting_bytes_ += record.bytes.size();
            time_.said(record.bytes.size());
            if (!std::exchange(lane->greeted, true)) time_.greeted();
            lane->waiting.push_back(std::move(record.bytes));
        }
        if (!lane->writing) {
            lane->writing = true;
            asio::co_spawn(io_, write(lane), asio::detached);
        }
        while (waiting_bytes_ > max_waiting_bytes)
            co_await make_room();
        co_return true;
    }

    /// The client's connection for it; null where the client does not come.
    asio::awaitable<LanePtr> lane_of(const CaptureRecord& record) {
        const auto known = lanes_.find(record.connection);
        if (known != lanes_.end()) co_return known->second;
        const ChannelKey key{record.channel_type, record.channel_id};
        const auto patience = asio::steady_timer::clock_type::now() + client_patience;
        while (arrived_[key].empty()) {
            if (asio::steady_timer::clock_type::now() >= patience) {
                fail({ErrorCode::timed_out,
                      fmt::format("the client did not open the channel of type {}, number {}",
                                  key.first,
                                  key.second),
                      "was the capture made by this version of sumac?"});
                co_return nullptr;
            }
            changed_.expires_at(patience);
            co_await changed_.async_wait(as_result);
        }
        const LanePtr lane = arrived_[key].front();
        arrived_[key].pop_front();
        lanes_.emplace(record.connection, lane);
        co_return lane;
    }

    asio::awaitable<void> wait_until(Duration at) {
        const auto now = asio::steady_timer::clock_type::now();
        if (!began_) began_ = now - at;
        if (pace_ == Pace::fast) {
            if (at > time_.position() + at_once) co_await time_.pass_to(at);
        } else if (*began_ + at > now) {
            clock_.expires_at(*began_ + at);
            co_await clock_.async_wait(as_result);
        } else if (now - (*began_ + at) > most_late) {
            *began_ = now - at;
        }
        const std::lock_guard lock{mutex_};
        progress_.at = at;
    }

    asio::awaitable<void> make_room() {
        if (pace_ == Pace::fast) {
            co_await time_.pass_to(time_.position() + at_once);
        } else {
            co_await change();
        }
    }

    /// All that was said; in virtual time, also shown by then.
    asio::awaitable<void> be_heard(Duration at) {
        if (pace_ == Pace::fast) co_return co_await time_.pass_to(at);
        while (waiting_bytes_ > 0)
            co_await change();
    }

    asio::awaitable<void> hold(const CaptureRecord& record) {
        co_await be_heard(record.at);
        const auto before = asio::steady_timer::clock_type::now();
        {
            const std::lock_guard lock{mutex_};
            progress_.expect = record.checkpoint;
        }
        wake_();
        while (progress().expect)
            co_await change();
        // What follows keeps its distance.
        if (began_) *began_ += asio::steady_timer::clock_type::now() - before;
    }

    asio::awaitable<void> write(LanePtr lane) {
        while (!lane->waiting.empty()) {
            const auto bytes = std::move(lane->waiting.front());
            lane->waiting.pop_front();
            // A client that hung up needs nothing more; what it misses is its own affair.
            co_await asio::async_write(lane->socket, asio::buffer(bytes), as_result);
            waiting_bytes_ -= bytes.size();
            changed_.cancel();
        }
        lane->writing = false;
        asio::error_code ignored;
        if (lane->ends) lane->socket.close(ignored);
    }

    /// Returns after the next change of what the replay waits for.
    asio::awaitable<void> change() {
        changed_.expires_at(asio::steady_timer::time_point::max());
        co_await changed_.async_wait(as_result);
    }

    const std::string path_;
    const ReplayContents contents_;
    const std::string folder_;
    const Pace pace_;
    const std::function<void()> wake_;
    asio::io_context io_{1};
    ReplayTime time_;
    stream_protocol::acceptor acceptor_;
    asio::steady_timer changed_; ///< cancelled when something changed
    asio::steady_timer clock_;
    std::optional<asio::steady_timer::time_point> began_; ///< when the capture's time was 0
    std::map<ChannelKey, std::deque<LanePtr>> arrived_;   ///< not yet in use
    std::map<std::uint32_t, LanePtr> lanes_;              ///< by the capture's connection
    std::size_t waiting_bytes_ = 0;
    LanePtr speaking_;         ///< that said something last
    mutable std::mutex mutex_; ///< guards progress_
    Progress progress_;
    std::jthread thread_;
};

Result<std::unique_ptr<ReplayServer>, Failure>
ReplayServer::start(const std::string& path, Pace pace, std::function<void()> wake) {
    auto contents = contents_of(path);
    if (!contents) return contents.error();
    auto folder = make_folder();
    if (!folder) return folder.error();
    auto impl = std::make_unique<Impl>(
        path, *std::move(contents), *std::move(folder), pace, std::move(wake));
    return std::unique_ptr<ReplayServer>{
        new ReplayServer{std::move(impl)}}; // the constructor is private
}

ReplayServer::ReplayServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReplayServer::~ReplayServer() = default;

Target ReplayServer::target() const {
    Target target;
    target.unix_path = impl_->socket_path();
    return target;
}

bool ReplayServer::has_sound() const {
    const auto& connections = impl_->contents().connections;
    return std::any_of(connections.begin(), connections.end(), [](const auto& entry) {
        return entry.second.first == SPICE_CHANNEL_PLAYBACK;
    });
}

std::uint32_t ReplayServer::display() const {
    return impl_->contents().display;
}

Duration ReplayServer::length() const {
    return impl_->contents().length;
}

Pace ReplayServer::pace() const {
    return impl_->pace();
}

ReplayTime& ReplayServer::time() {
    return impl_->time();
}

ReplayServer::Progress ReplayServer::progress() const {
    return impl_->progress();
}

void ReplayServer::go_on() {
    impl_->go_on();
}

} // namespace sumac::tool
