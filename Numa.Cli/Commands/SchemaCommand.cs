using System.Collections.Immutable;
using System.CommandLine;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Cli.Commands;

/// <summary><c>numa schema</c>: the JSON Schema by which editors complete and check a file.</summary>
internal sealed class SchemaCommand : NumaCommand
{
    private readonly Argument<string> _kind = new("KIND")
    {
        HelpName = "KIND",
        Description = "Of which files: " + string.Join(", ", JsonSchema.Tables.Keys) + "; a study is a scenario.",
        CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (!JsonSchema.Tables.ContainsKey(word))
                result.AddError(OptionFactory.NotOneOf("KIND", word, [.. JsonSchema.Tables.Keys]));
            return word;
        },
    };

    public SchemaCommand(Terminal terminal)
        : base("schema", "Prints the JSON Schema of a kind of files, for editors.")
    {
        Add(_kind);
        SetAction(parsed =>
        {
            terminal.Output.Write(JsonSchema.Of(JsonSchema.Tables[parsed.GetRequiredValue(_kind)]));
            return ExitCode.Success;
        });
    }

    public override ImmutableArray<string> Examples => ["numa schema scenario"];
}
