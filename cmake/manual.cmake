# The manual page and the completions, which the program writes itself.
set(manual_dir ${PROJECT_BINARY_DIR}/manual)
file(MAKE_DIRECTORY ${manual_dir})
add_custom_command(
  OUTPUT ${manual_dir}/lentil.1 ${manual_dir}/lentil.bash ${manual_dir}/_lentil ${manual_dir}/lentil.fish
  COMMAND lentil help --man > ${manual_dir}/lentil.1
  COMMAND lentil completion bash > ${manual_dir}/lentil.bash
  COMMAND lentil completion zsh > ${manual_dir}/_lentil
  COMMAND lentil completion fish > ${manual_dir}/lentil.fish
  DEPENDS lentil
  COMMENT "Writing the manual page and the completions"
  VERBATIM)
add_custom_target(lentil_manual ALL DEPENDS ${manual_dir}/lentil.1)

install(FILES ${manual_dir}/lentil.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${manual_dir}/lentil.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME lentil)
install(FILES ${manual_dir}/_lentil DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${manual_dir}/lentil.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
