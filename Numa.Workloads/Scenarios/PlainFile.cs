using System.Collections.Immutable;

namespace Numa.Workloads.Scenarios;

/// <summary>Tells saved files from what lies among them and must not be opened: a pipe or a device never ends, and the
/// kernel's log is used up by reading.</summary>
internal static class PlainFile
{
    /// <summary>Files of /proc and /sys that tell of a machine.</summary>
    private static readonly ImmutableArray<string> Known =
        ["buddyinfo", "cpulist", "distance", "meminfo", "version", "zoneinfo"];

    /// <summary>Where a shell hands over what another program prints.</summary>
    private static readonly ImmutableArray<string> HandedOver = ["/dev/stdin", "/dev/fd/", "/proc/self/fd/"];

    /// <summary>A file of a folder that may be opened though nobody named it.</summary>
    public static bool IsOne(string path) =>
        !IsHandedOver(path) && Refusal(path) is null && Target(Path.GetFullPath(path)).Exists;

    /// <returns>Why it is not to be opened, for people; null for a file, and for what is not there.</returns>
    public static string? Refusal(string path)
    {
        if (IsHandedOver(path)) return null;
        try
        {
            var file = Target(Path.GetFullPath(path));
            if (!file.Exists) return null;
            var isKernels = new DriveInfo(file.FullName).DriveFormat is "proc" or "sysfs";
            if (isKernels && Known.Contains(file.Name)) return null;
            if (isKernels) return $"of /proc and /sys only these are read: {string.Join(", ", Known)}";
            // Only a file has a length; those of the kernel have none and are known by their names.
            return file.Length > 0
                ? null
                : "is empty or no regular file, but a pipe, a device or a socket; expected a file or a folder";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"cannot be read: {error.Message}";
        }
    }

    private static bool IsHandedOver(string path) =>
        HandedOver.Any(place => Path.GetFullPath(path).StartsWith(place, StringComparison.Ordinal));

    private static FileInfo Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : new(file.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
    }
}
