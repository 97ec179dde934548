using System.Globalization;
using Numa.Cli.Execution;
using Spectre.Console;

namespace Numa.Cli.Commands;

/// <summary>Shows how far long work has come on standard error, if somebody watches it there.</summary>
internal static class ProgressDisplay
{
    public static async Task<T> WatchAsync<T>(
        Terminal terminal, string title, Func<IProgress<RunProgress>, Task<T>> work)
    {
        if (!terminal.ErrorIsTerminal) return await work(new Silence());
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(terminal.Error),
        });
        return await console.Status()
            .Spinner(Spinner.Known.Line)
            .StartAsync(Markup.Escape(title), status => work(new Display(status)));
    }

    private sealed class Silence : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
        }
    }

    private sealed class Display(StatusContext status) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            var done = value.Fraction is { } fraction ? fraction.ToString(" 0 %", CultureInfo.InvariantCulture) : "";
            status.Status(Markup.Escape(value.Activity + done));
        }
    }
}
