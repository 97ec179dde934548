using System.Collections.Immutable;
using Numa.Core.Text;

namespace Numa.Workloads.Verification;

/// <summary>The lines of a kernel's log without their time stamps.</summary>
internal sealed class KernelMessages
{
    private KernelMessages(string text)
    {
        Lines = [.. KernelLog.Read(text).Lines.Select(line => line.Text.TrimEnd())];
    }

    public ImmutableArray<string> Lines { get; }

    public static KernelMessages? Read(CaptureFolder folder, string file) =>
        folder.TryRead(file, out var text) ? new(text) : null;

    /// <summary>Lines under a heading that are indented as its table is.</summary>
    /// <param name="occurrence">Which of the headings, from 1.</param>
    public IEnumerable<string> Under(string heading, int occurrence = 1)
    {
        var at = -1;
        for (var i = 0; i < occurrence; i++)
        {
            at = Lines.IndexOf(heading, at + 1);
            if (at < 0) return [];
        }

        return Lines.Skip(at + 1).TakeWhile(line => line.StartsWith(' ') || line.StartsWith('\t'));
    }

    public IEnumerable<string> StartingWith(string text) =>
        Lines.Where(line => line.StartsWith(text, StringComparison.Ordinal));
}
