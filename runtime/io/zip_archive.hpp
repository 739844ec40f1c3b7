// A zip archive whose entries are stored as they are, as torch.save writes it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace tn {

/// Whether the bytes begin as those of a zip archive.
bool is_zip(std::span<const std::uint8_t> bytes);

/// The entries of an archive by name, as parts of `bytes`, which must outlive them. Throws Error "name: reason" when
/// the archive is damaged, an entry is compressed or encrypted, or two have one name.
std::map<std::string, std::span<const std::uint8_t>> zip_entries(std::span<const std::uint8_t> bytes,
                                                                 const std::string& name);

}  // namespace tn
