// SPDX-License-Identifier: BSL-1.0
// Object stores, by arrow::fs.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/filesystem/api.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/util/config.h>
#include <arrow/util/future.h>
#include <arrow/util/key_value_metadata.h>

#include "module.hpp"
#include "s3.hpp"
#include "store_error.hpp"

namespace flowlog_arrow {
namespace {

namespace fs = arrow::fs;
using namespace flowlog::detail;
using filesystem_pointer = std::shared_ptr<fs::FileSystem>;

/// A store that the program has opened. A bucket of S3 turns out to be in another region when the
/// first request fails; the store then moves there.
class opened_store {
public:
    explicit opened_store(filesystem_pointer files) : files_{std::move(files)} {}
    explicit opened_store(s3_connection connection)
        : files_{connection.files}, s3_{std::move(connection)} {}

    /// Calls a function with the filesystem; once more if the bucket of `path` is elsewhere.
    template <class Function>
    auto use(std::string const& path, Function function) -> arrow::Status {
        auto const files = current();
        arrow::Status status = function(*files);
        if (status.ok() || !s3_ || !moved(*files, path, status)) return status;
        return function(*current());
    }

private:
    [[nodiscard]] auto current() -> filesystem_pointer {
        auto const lock = std::scoped_lock{mutex_};
        return files_;
    }

    /// Whether the store is now in another region than it was for `used`.
    auto moved(fs::FileSystem const& used, std::string const& path, arrow::Status const& why)
        -> bool {
        auto const lock = std::scoped_lock{mutex_};
        if (files_.get() != &used) return true;
        auto moved = s3_->followed(path, why);
        if (!moved) return false;
        s3_ = std::move(moved);
        files_ = s3_->files;
        return true;
    }

    std::mutex mutex_;
    filesystem_pointer files_;
    std::optional<s3_connection> s3_;
};

auto store_of(void* store) -> opened_store& { return *static_cast<opened_store*>(store); }

auto text_or_empty(char const* text) -> std::string { return text == nullptr ? "" : text; }

/// The parts of the URL of a server.
struct server_url {
    std::string scheme;
    std::string authority;

    explicit server_url(std::string const& url) {
        auto const scheme_end = url.find("://");
        scheme = scheme_end == url.npos ? "https" : url.substr(0, scheme_end);
        authority = scheme_end == url.npos ? url : url.substr(scheme_end + 3);
        while (authority.ends_with('/')) authority.pop_back();
    }
};

#ifdef ARROW_GCS
auto open_gcs(std::string const& uri, module_store_options const& how, std::string& path)
    -> arrow::Result<filesystem_pointer> {
    ARROW_ASSIGN_OR_RAISE(auto options, fs::GcsOptions::FromUri(uri, &path));
    if (how.anonymous != 0) options.credentials = fs::GcsOptions::Anonymous().credentials;
    if (auto const endpoint = text_or_empty(how.endpoint); !endpoint.empty()) {
        auto const server = server_url{endpoint};
        options.scheme = server.scheme;
        options.endpoint_override = server.authority;
    }
    options.retry_limit_seconds = how.timeout * (how.retries + 1);
    ARROW_ASSIGN_OR_RAISE(auto made, fs::GcsFileSystem::Make(options));
    return filesystem_pointer{std::move(made)};
}
#endif

#ifdef ARROW_AZURE
/// Takes the credentials from the variables that Azure's own tools read. If none is set, Azure's
/// library looks for a workload identity, a managed identity and the login of `az login`.
auto set_azure_credentials(fs::AzureOptions& options, module_store_options const& how)
    -> arrow::Status {
    if (how.anonymous != 0) return options.ConfigureAnonymousCredential();
    auto const* const key = std::getenv("AZURE_STORAGE_KEY");
    if (key != nullptr && *key != 0) return options.ConfigureAccountKeyCredential(key);
    auto const* const token = std::getenv("AZURE_STORAGE_SAS_TOKEN");
    if (token != nullptr && *token != 0) return options.ConfigureSASCredential(token);
    return arrow::Status::OK();
}

auto open_azure(std::string const& uri, module_store_options const& how, std::string& path)
    -> arrow::Result<filesystem_pointer> {
    ARROW_ASSIGN_OR_RAISE(auto options, fs::AzureOptions::FromUri(uri, &path));
    if (auto const endpoint = text_or_empty(how.endpoint); !endpoint.empty()) {
        auto const server = server_url{endpoint};
        options.blob_storage_scheme = options.dfs_storage_scheme = server.scheme;
        options.blob_storage_authority = options.dfs_storage_authority = server.authority;
    }
    ARROW_RETURN_NOT_OK(set_azure_credentials(options, how));
    ARROW_ASSIGN_OR_RAISE(auto made, fs::AzureFileSystem::Make(options));
    return filesystem_pointer{std::move(made)};
}
#endif

auto open_store(std::string const& uri, module_store_options const& how, std::string& path)
    -> arrow::Result<std::unique_ptr<opened_store>> {
    if (how.requests > arrow::io::GetIOThreadPoolCapacity())
        ARROW_RETURN_NOT_OK(arrow::io::SetIOThreadPoolCapacity(how.requests));
    if (uri.starts_with("s3://")) {
        ARROW_ASSIGN_OR_RAISE(auto connection, s3_connection::open(uri.substr(5), how));
        path = uri.substr(5);
        return std::make_unique<opened_store>(std::move(connection));
    }
#ifdef ARROW_GCS
    if (uri.starts_with("gs://") || uri.starts_with("gcs://")) {
        ARROW_ASSIGN_OR_RAISE(auto files, open_gcs(uri, how, path));
        return std::make_unique<opened_store>(std::move(files));
    }
#endif
#ifdef ARROW_AZURE
    if (uri.starts_with("abfs://") || uri.starts_with("abfss://")) {
        ARROW_ASSIGN_OR_RAISE(auto files, open_azure(uri, how, path));
        return std::make_unique<opened_store>(std::move(files));
    }
#endif
    if (how.endpoint != nullptr)
        return arrow::Status::NotImplemented("an endpoint cannot be set for this store");
    ARROW_ASSIGN_OR_RAISE(auto files, fs::FileSystemFromUri(uri, &path));
    return std::make_unique<opened_store>(std::move(files));
}

std::int32_t open(char const* uri, module_store_options const* options, void** store, char** path,
                  char** error) {
    auto const quiet = no_sigpipe{};
    return store_guarded(error, [&]() -> arrow::Status {
        auto root = std::string{};
        ARROW_ASSIGN_OR_RAISE(auto opened, open_store(uri, *options, root));
        *path = ::strdup(root.c_str());
        *store = opened.release();
        return arrow::Status::OK();
    });
}

void close(void* store) { delete &store_of(store); }

auto microseconds_of(fs::TimePoint time) -> std::int64_t {
    if (time == fs::kNoTime) return std::numeric_limits<std::int64_t>::min();
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

/// A page of a listing, by name; the name of a folder ends with `/`.
auto sorted(fs::FileInfoVector const& page, bool recursive)
    -> std::vector<std::pair<std::string, fs::FileInfo const*>> {
    auto result = std::vector<std::pair<std::string, fs::FileInfo const*>>{};
    for (auto const& found : page) {
        if (found.IsFile()) result.emplace_back(found.path(), &found);
        if (found.IsDirectory() && !recursive) result.emplace_back(found.path() + '/', &found);
    }
    std::ranges::sort(result);
    return result;
}

auto give_page(fs::FileInfoVector const& page, bool recursive, void* context,
               module_object_callback use) -> bool {
    for (auto const& [name, found] : sorted(page, recursive)) {
        auto const object =
            module_object{.path = name.c_str(),
                          .size = found->IsFile() ? static_cast<std::uint64_t>(found->size()) : 0,
                          .modified = microseconds_of(found->mtime()),
                          .is_folder = found->IsFile() ? 0 : 1};
        if (use(context, &object) != 0) return false;
    }
    return true;
}

std::int32_t list(void* store, char const* path, std::int32_t recursive, void* context,
                  module_object_callback use, std::uint64_t* requests, char** error) {
    auto const quiet = no_sigpipe{};
    auto given = false;
    auto late = arrow::Status{};  // a listing that has begun is not begun again in another region
    auto const list_in = [&](fs::FileSystem& files) -> arrow::Status {
        auto selector = fs::FileSelector{};
        selector.base_dir = path;
        selector.recursive = recursive != 0;
        auto const next_page = files.GetFileInfoGenerator(selector);
        while (true) {
            auto const future = next_page();
            ++*requests;
            auto const& page = future.result();
            if (!page.ok() && given) late = page.status();
            if (!page.ok()) return given ? arrow::Status::OK() : page.status();
            if (page->empty()) break;
            given = true;
            if (!give_page(*page, recursive != 0, context, use))
                return arrow::Status::Cancelled("the caller has seen enough");
        }
        if (given) --*requests;  // the end of the pages is no request
        return arrow::Status::OK();
    };
    return store_guarded(error, [&]() -> arrow::Status {
        auto const status = store_of(store).use(path, list_in);
        if (!late.ok()) return late;
        // what Arrow says of a prefix that nothing is below
        return !status.ok() && is_missing_path(status.message()) ? arrow::Status::OK() : status;
    });
}

/// The ETag in the metadata of an object.
auto tag_of(arrow::io::RandomAccessFile& file) -> arrow::Result<std::string> {
    ARROW_ASSIGN_OR_RAISE(auto const metadata, file.ReadMetadata());
    if (!metadata) return std::string{};
    for (auto const& [name, value] : metadata->sorted_pairs()) {
        if (::strcasecmp(name.c_str(), "etag") == 0) return value;
    }
    return std::string{};
}

/// Random bytes that stand at the end of a buffer before a read, to see afterwards where the object
/// has ended: Arrow gives the size of the buffer as the number of bytes read from S3, however few
/// have come. An object that ends with the same bytes looks shorter than it is.
class end_marks {
public:
    explicit end_marks(std::span<char> buffer) : end_{buffer.last(std::min(buffer.size(), count))} {
        thread_local auto random = std::mt19937{std::random_device{}()};
        for (auto& mark : marks_) mark = static_cast<char>(0x80U | random());
        std::copy_n(marks_.begin(), end_.size(), end_.begin());
    }

    /// How many bytes of the buffer were overwritten; 0 if no mark was.
    [[nodiscard]] auto overwritten(std::size_t buffer_size) const -> std::size_t {
        auto left = end_.size();
        while (left != 0 && end_[left - 1] == marks_[left - 1]) --left;
        return left == 0 ? 0 : buffer_size - end_.size() + left;
    }

private:
    static constexpr std::size_t count = 16;
    std::span<char> end_;
    std::array<char, count> marks_;
};

/// Reads into a buffer of which only the first bytes are wanted.
auto read_marked(fs::FileSystem& files, std::string const& path, std::uint64_t offset,
                 std::span<char> buffer, std::size_t wanted) -> arrow::Result<std::uint64_t> {
    auto known = fs::FileInfo{path, fs::FileType::File};
    known.set_size(static_cast<std::int64_t>(offset + buffer.size()));
    ARROW_ASSIGN_OR_RAISE(auto const file, files.OpenInputFile(known));
    auto const marks = end_marks{buffer.first(wanted)};
    ARROW_ASSIGN_OR_RAISE(auto const got,
                          file->ReadAt(static_cast<std::int64_t>(offset),
                                       static_cast<std::int64_t>(buffer.size()), buffer.data()));
    if (static_cast<std::uint64_t>(got) < buffer.size())
        return std::min<std::uint64_t>(static_cast<std::uint64_t>(got), wanted);
    return marks.overwritten(wanted);
}

/// Reads into a buffer that has room for what a store says if it refuses, and zeros after it: the
/// AWS SDK writes that to the same place, and fails without a reason if it cannot parse it.
auto read_some(fs::FileSystem& files, std::string const& path, std::uint64_t offset,
               std::span<char> buffer) -> arrow::Result<std::uint64_t> {
    constexpr std::size_t refusal = std::size_t{8} << 10;
    if (buffer.size() >= refusal) {
        std::ranges::fill(buffer.first(refusal), char{});
        return read_marked(files, path, offset, buffer, buffer.size());
    }
    auto larger = std::array<char, refusal>{};
    ARROW_ASSIGN_OR_RAISE(auto const got, read_marked(files, path, offset, larger, buffer.size()));
    std::copy_n(larger.begin(), got, buffer.begin());
    return got;
}

/// Opens an object. The answer to HEAD has no text, so if the store refuses that, what it says of
/// a GET tells why.
auto open_object(fs::FileSystem& files, std::string const& path)
    -> arrow::Result<std::shared_ptr<arrow::io::RandomAccessFile>> {
    auto opened = files.OpenInputFile(path);
    if (opened.ok() || opened.status().message().find("No response body") == std::string::npos)
        return opened;
    auto byte = char{};
    auto const got = read_some(files, path, 0, {&byte, 1});
    return got.ok() ? opened : got.status();
}

std::int32_t stat(void* store, char const* path, std::uint64_t* size, char** tag, char** error) {
    auto const quiet = no_sigpipe{};
    return store_guarded(error, [&] {
        return store_of(store).use(path, [&](fs::FileSystem& files) -> arrow::Status {
            ARROW_ASSIGN_OR_RAISE(auto const file, open_object(files, path));
            ARROW_ASSIGN_OR_RAISE(auto const bytes, file->GetSize());
            ARROW_ASSIGN_OR_RAISE(auto const text, tag_of(*file));
            *size = static_cast<std::uint64_t>(bytes);
            *tag = ::strdup(text.c_str());
            return arrow::Status::OK();
        });
    });
}

std::int32_t read(void* store, char const* path, std::uint64_t offset, char* buffer,
                  std::uint64_t size, std::uint64_t* got, char** error) {
    auto const quiet = no_sigpipe{};
    auto const once = no_retries{};
    return store_guarded(error, [&] {
        return store_of(store).use(path, [&](fs::FileSystem& files) -> arrow::Status {
            ARROW_ASSIGN_OR_RAISE(
                *got, read_some(files, path, offset, {buffer, static_cast<std::size_t>(size)}));
            return arrow::Status::OK();
        });
    });
}

struct opened_writer {
    std::shared_ptr<arrow::io::OutputStream> stream;
};

auto writer_of(void* writer) -> opened_writer& { return *static_cast<opened_writer*>(writer); }

std::int32_t create(void* store, char const* path, void** writer, char** error) {
    auto const quiet = no_sigpipe{};
    return store_guarded(error, [&] {
        return store_of(store).use(path, [&](fs::FileSystem& files) -> arrow::Status {
            ARROW_ASSIGN_OR_RAISE(auto stream, files.OpenOutputStream(path));
            *writer = new opened_writer{std::move(stream)};
            return arrow::Status::OK();
        });
    });
}

std::int32_t write(void* writer, char const* bytes, std::uint64_t size, char** error) {
    auto const quiet = no_sigpipe{};
    return store_guarded(error, [&] {
        return writer_of(writer).stream->Write(bytes, static_cast<std::int64_t>(size));
    });
}

std::int32_t finish(void* writer, char** error) {
    auto const quiet = no_sigpipe{};
    auto const status = store_guarded(error, [&] { return writer_of(writer).stream->Close(); });
    delete &writer_of(writer);
    return status;
}

void abandon(void* writer) {
    auto const quiet = no_sigpipe{};
    char* ignored = nullptr;
    store_guarded(&ignored, [&] { return writer_of(writer).stream->Abort(); });
    std::free(ignored);
    delete &writer_of(writer);
}

}  // namespace

constinit store_functions const store{.open = open,
                                      .close = close,
                                      .list = list,
                                      .stat = stat,
                                      .read = read,
                                      .create = create,
                                      .write = write,
                                      .finish = finish,
                                      .abandon = abandon,
                                      .shut_down = shut_down_s3};

}  // namespace flowlog_arrow
